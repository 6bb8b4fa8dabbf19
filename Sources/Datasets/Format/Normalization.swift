import HDF5
import Settings

/// How stored features become a network's input: `value · scale + shift`, applied as rows are
/// gathered. It is fitted on the `train` split and kept with the dataset and with each checkpoint.
public enum Normalization: Sendable, Equatable {
  /// Stored values as they are.
  case none
  /// One scale and shift for every feature: 1/255 and 0 for images of bytes.
  case uniform(scale: Float, shift: Float)
  /// A scale and a shift per feature, in row-major order of the feature shape.
  case perFeature(scale: [Float], shift: [Float])

  /// Bytes 0…255 to 0…1.
  public static let bytes = Normalization.uniform(scale: 1 / 255, shift: 0)

  /// What suits features about which nothing is said: images of bytes become 0…1, anything else
  /// stays as it is.
  public static func fitting(type: ElementType, rowShape: [Int]) -> Normalization {
    type == .uint8 && rowShape.count >= 2 ? .bytes : .none
  }

  /// Whether this fits rows of `features` values.
  public func fits(features: Int) -> Bool {
    guard case .perFeature(let scale, let shift) = self else { return true }
    return scale.count == features && shift.count == features
  }
}

extension Normalization {
  /// Reads what `settings` wrote.
  /// - Throws: `SettingsError` for anything else, and for a scale or shift that is not finite.
  public init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    let kind = try reader.choice("kind", of: Kind.self)
    switch kind {
    case .none:
      self = .none
    case .uniform:
      self = .uniform(
        scale: try Self.number(reader.value("scale"), "scale", reader),
        shift: try Self.number(reader.value("shift"), "shift", reader))
    case .perFeature:
      let scale = try reader.array("scale") ?? []
      let shift = try reader.array("shift") ?? []
      guard scale.count == shift.count, !scale.isEmpty else {
        throw reader.error(
          "scale", "has \(scale.count) values and shift \(shift.count); expected as many, not 0")
      }
      self = .perFeature(
        scale: try scale.map { try Self.number($0, "scale", reader) },
        shift: try shift.map { try Self.number($0, "shift", reader) })
    }
    try reader.finish()
  }

  public var settings: SettingValue {
    switch self {
    case .none:
      ["kind": "none"]
    case .uniform(let scale, let shift):
      ["kind": "uniform", "scale": .number(Double(scale)), "shift": .number(Double(shift))]
    case .perFeature(let scale, let shift):
      [
        "kind": "perFeature", "scale": .array(scale.map { .number(Double($0)) }),
        "shift": .array(shift.map { .number(Double($0)) }),
      ]
    }
  }

  private enum Kind: String, CaseIterable { case none, uniform, perFeature }

  private static func number(
    _ value: SettingValue?, _ key: String, _ reader: SettingsReader
  ) throws -> Float {
    let number: Float? =
      switch value {
      case .integer(let integer): Float(integer)
      case .number(let double): Float(double)
      default: nil
      }
    guard let number, number.isFinite else {
      throw reader.error(key, "is \(value?.json() ?? "missing"); expected a finite number")
    }
    return number
  }
}
