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
    let file = try File(opening: path)
    let root = file.root.attributes
    typealias Name = CheckpointFormat.Attribute
    try Self.checkFormat(root, path: path)
    let configuration = try RunConfiguration(
      settings: Self.json(root, Name.configuration, path), path: "\(path): configuration")
    let model = try Model(
      settings: Self.json(root, Name.model, path), configuration: configuration, path: path)
    let reader = TensorReader(path: path, root: file.root, layout: model.network.layout)
    let parameters = try reader.read(under: CheckpointFormat.parameters)
    let names = configuration.optimizer.stateNames
    let states = try names.map { try reader.read(under: "\(CheckpointFormat.optimizer)/\($0)") }
    try reader.checkNothingElse(optimizerStates: names)
    self.init(
      configuration: configuration, model: model,
      progress: try Progress(
        settings: Self.json(root, Name.progress, path), path: "\(path): progress"),
      data: DataReference(
        path: try root.string(Name.dataset), fingerprint: try root.string(Name.fingerprint)),
      numericsIdentity: try root.string(Name.numericsIdentity), parameters: parameters.view,
      states: Array(zip(names, states.map(\.view))), memory: [parameters] + states)
    let stored = try root.string(Name.parametersSHA256)
    guard stored == parametersSHA256 else {
      throw TrainingError.checkpoint(
        path: path,
        problem: "the parameters' SHA-256 is \(parametersSHA256), not \(stored) as written")
    }
  }

  private static func checkFormat(_ root: Attributes, path: String) throws {
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
  }

  private static func json(_ root: Attributes, _ name: String, _ path: String) throws
    -> SettingValue
  {
    try SettingValue(json5: root.string(name).utf8, source: "\(path): attribute \(name)")
  }
}

/// Reads tensors of one layout strictly.
private struct TensorReader {
  let path: String
  let root: Group
  let layout: ParameterLayout

  /// The tensors under a group, in one buffer.
  func read(under group: String) throws -> AlignedBuffer<Float> {
    let buffer = AlignedBuffer<Float>(count: layout.count)
    for tensor in layout.tensors {
      try read(
        "\(group)/\(tensor.name)", shape: tensor.shape, into: buffer.view.slice(tensor.range))
    }
    try checkNothingElse(in: group)
    return buffer
  }

  private func read(_ name: String, shape: [Int], into view: FloatView) throws {
    guard try exists(name) else { throw error("/\(name) is missing; expected shape \(shape)") }
    let dataset = try root.dataset(name)
    guard try dataset.shape == shape, case .number(.float32, _) = dataset.storedType else {
      throw error(
        "/\(name) is \(dataset.storedType) of shape \(try dataset.shape); expected float32 of "
          + "shape \(shape), as the network says")
    }
    try dataset.read(
      into: UnsafeMutableBufferPointer(start: view.base, count: view.count))
    let stored = try dataset.attributes.value(CheckpointFormat.checksum, as: UInt32.self)
    guard view.withBytes({ crc32($0) }) == stored else {
      throw error("/\(name) fails its checksum: the file is damaged")
    }
  }

  /// Whether each part of the path `name` is there.
  private func exists(_ name: String) throws -> Bool {
    var prefix = ""
    for part in name.split(separator: "/") {
      prefix += prefix.isEmpty ? part : "/" + part
      if try root.kind(of: prefix) == nil { return false }
    }
    return true
  }

  /// - Throws: for a group or dataset below `group` that the layout does not have.
  private func checkNothingElse(in group: String) throws {
    let expected = Set(layout.tensors.map(\.name))
    for layer in try exists(group) ? root.group(group).names() : [] {
      for tensor in try root.group("\(group)/\(layer)").names()
      where !expected.contains("\(layer)/\(tensor)") {
        throw error("/\(group)/\(layer)/\(tensor) is not a tensor of the network")
      }
    }
  }

  func checkNothingElse(optimizerStates: [String]) throws {
    guard try exists(CheckpointFormat.optimizer) else { return }
    for state in try root.group(CheckpointFormat.optimizer).names()
    where !optimizerStates.contains(state) {
      throw error("/\(CheckpointFormat.optimizer)/\(state) is not a state of the optimizer")
    }
  }

  private func error(_ problem: String) -> TrainingError {
    .checkpoint(path: path, problem: problem)
  }
}
