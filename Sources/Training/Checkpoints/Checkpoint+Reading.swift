import Datasets
import HDF5
import Kernels
import Networks
import Settings

extension Checkpoint {
  /// Reads and checks a checkpoint.
  ///
  /// - Throws: `TrainingError.checkpoint` where the file is no checkpoint, or a tensor is missing,
  ///   in excess, of another shape or type, or fails its checksum, which the error names;
  ///   `HDF5Error` where the file cannot be read at all.
  public init(path: String) throws {
    let (checkpoint, failed) = try Self.examine(path)
    if let first = failed.first {
      throw TrainingError.checkpoint(path: path, problem: first.problem)
    }
    self = checkpoint
  }

  /// A checksum of a checkpoint that does not hold.
  public struct FailedChecksum: Sendable {
    /// The tensor (`/parameters/0-dense/weight`) or attribute that it is of.
    public var name: String
    public var problem: String
  }

  /// Reads a checkpoint whose content may be damaged, to look at it.
  ///
  /// - Returns: what is in it, and the checksums that do not hold.
  /// - Throws: what `init(path:)` throws, but for checksums.
  public static func examine(_ path: String) throws -> (Checkpoint, failed: [FailedChecksum]) {
    typealias Name = CheckpointFormat.Attribute
    let file = try File(opening: path)
    let header = try CheckpointHeader(of: file)
    let model = try Model(
      settings: header.json(Name.model), configuration: header.configuration, path: path)
    var reader = TensorReader(path: path, root: file.root, layout: model.network.layout)
    let groups = CheckpointFormat.groups(of: header.configuration)
    let buffers = try groups.map { try reader.read(under: $0) }
    try reader.checkNothingElse(groups: groups)
    let checkpoint = Checkpoint(
      configuration: header.configuration, model: model, progress: header.progress,
      history: header.history, data: header.data, numerics: header.numerics,
      tensors: zip(groups, buffers).map { TensorGroup(path: $0, values: $1.view) },
      memory: buffers)
    var failed = reader.failed
    if !header.holds(tensors: reader.sums) {
      failed.append(
        FailedChecksum(
          name: Name.checksum,
          problem: "the checksum over its attributes and tensors fails: the file is damaged"))
    }
    let (hash, stored) = (checkpoint.parametersSHA256, header.parametersSHA256)
    if hash != stored {
      failed.append(
        FailedChecksum(
          name: Name.parametersSHA256,
          problem: "the parameters' SHA-256 is \(hash), not \(stored) as written"))
    }
    return (checkpoint, failed)
  }
}

/// What a checkpoint says about its tensors and its run, before they are read.
struct CheckpointHeader {
  let path: String
  let configuration: RunConfiguration
  let progress: Progress
  let history: [EpochReport]
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
    history = try json(Name.history).elements(path: "\(path): history")
      .map { try EpochReport(settings: $0, path: "\(path): history") }
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
