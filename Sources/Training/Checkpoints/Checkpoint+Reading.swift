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
