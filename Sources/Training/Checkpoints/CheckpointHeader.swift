import HDF5
import Settings

/// What a checkpoint says about its tensors and its run, before they are read.
struct CheckpointHeader {
  let path: String
  let configuration: RunConfiguration
  let progress: Progress
  let history: History
  let data: DataReference
  let numerics: [NumericsPeriod]
  private let texts: [String: String]
  private let checksum: String

  /// - Throws: `TrainingError.checkpoint` where the file is no checkpoint of this version,
  ///   `SettingsError` and `HDF5Error` where it is damaged.
  init(of file: File) throws {
    let (path, root) = (file.path, file.attributes)
    typealias Name = CheckpointFormat.Attribute
    guard try root.contains(Name.format), try root.string(Name.format) == CheckpointFormat.name
    else {
      throw TrainingError.checkpoint(
        path: path,
        problem: "is not a Lockstep checkpoint; expected the attribute format = "
          + "\"\(CheckpointFormat.name)\" at its root")
    }
    let version = try root.value(Name.version, as: Int.self)
    guard version == CheckpointFormat.version else {
      throw TrainingError.checkpoint(
        path: path,
        problem: "has format version \(version); this program reads version "
          + "\(CheckpointFormat.version)")
    }
    var texts: [String: String] = [:]
    for name in Name.covered { texts[name] = try root.string(name) }
    checksum = try root.string(Name.checksum)
    self.path = path
    self.texts = texts
    func json(_ name: String) throws -> SettingValue { try Self.json(texts, name, path) }
    configuration = try RunConfiguration(
      settings: json(Name.configuration), path: "\(path): configuration")
    progress = try Progress(settings: json(Name.progress), path: "\(path): progress")
    history = History(
      try json(Name.history).elements(path: "\(path): history")
        .map { try EpochReport(settings: $0, path: "\(path): history") })
    data = try DataReference(settings: json(Name.data), path: "\(path): data")
    numerics = try json(Name.numerics).elements(path: "\(path): numerics")
      .map { try NumericsPeriod(settings: $0, path: "\(path): numerics") }
  }

  init(path: String) throws { try self.init(of: File(opening: path)) }

  func json(_ name: String) throws -> SettingValue { try Self.json(texts, name, path) }

  /// As it was written.
  var parametersSHA256: String { texts[CheckpointFormat.Attribute.parametersSHA256] ?? "" }

  /// Whether the checksum over the whole file holds, where its tensors are these.
  func holds(tensors: [(path: String, shape: [Int], crc32: UInt32)]) -> Bool {
    CheckpointFormat.checksum(attributes: texts, tensors: tensors) == checksum
  }

  private static func json(
    _ texts: [String: String], _ name: String, _ path: String
  ) throws -> SettingValue {
    try SettingValue(json5: (texts[name] ?? "").utf8, source: "\(path): attribute \(name)")
  }
}

extension SettingValue {
  /// The elements of an array.
  func elements(path: String) throws -> [SettingValue] {
    guard case .array(let values) = self else {
      throw SettingsError(path: path, problem: "is \(self); expected an array")
    }
    return values
  }
}
