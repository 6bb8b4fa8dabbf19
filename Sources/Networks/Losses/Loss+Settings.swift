import Settings

extension Loss {
  /// The names of the losses in settings and on the command line.
  public enum Name: String, CaseIterable, Sendable {
    case meanSquaredError, meanAbsoluteError, huber, binaryCrossEntropy, softmaxCrossEntropy
  }

  public var name: Name {
    switch self {
    case .meanSquaredError: .meanSquaredError
    case .meanAbsoluteError: .meanAbsoluteError
    case .huber: .huber
    case .binaryCrossEntropy: .binaryCrossEntropy
    case .softmaxCrossEntropy: .softmaxCrossEntropy
    }
  }

  /// Reads a name, or an object with the loss's parameters: `{ loss: "huber", delta: 1 }`.
  ///
  /// - Throws: `SettingsError` under `path`.
  public init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, named: "loss", of: Name.self, path: path)
    switch try reader.choice("loss", of: Name.self) {
    case .meanSquaredError: self = .meanSquaredError
    case .meanAbsoluteError: self = .meanAbsoluteError
    case .huber:
      self = .huber(
        delta: try reader.number("delta", "a number above 0", default: 1) { Float($0) > 0 })
    case .binaryCrossEntropy: self = .binaryCrossEntropy
    case .softmaxCrossEntropy:
      self = .softmaxCrossEntropy(
        labelSmoothing: try reader.number("labelSmoothing", "a number from 0 to 1", default: 0) {
          (0...1).contains($0)
        })
    }
    try reader.finish()
  }

  /// What `init(settings:path:)` reads, every default written out.
  public var settings: SettingValue {
    var members: [String: SettingValue] = ["loss": .string(name.rawValue)]
    switch self {
    case .huber(let delta): members["delta"] = .number(delta)
    case .softmaxCrossEntropy(let smoothing): members["labelSmoothing"] = .number(smoothing)
    default: break
    }
    return .object(members)
  }
}
