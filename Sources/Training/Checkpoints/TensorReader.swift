import Datasets
import HDF5
import Kernels
import Networks

/// Reads tensors of one layout strictly.
struct TensorReader {
  let path: String
  let root: Group
  let layout: ParameterLayout
  /// The tensors among them that fail their checksum.
  private(set) var failed: [Checkpoint.FailedChecksum] = []
  /// What was read so far.
  private(set) var sums: [(path: String, shape: [Int], crc32: UInt32)] = []

  init(path: String, root: Group, layout: ParameterLayout) {
    self.path = path
    self.root = root
    self.layout = layout
  }

  /// The tensors under a group, in one buffer.
  mutating func read(under group: String) throws -> AlignedBuffer<Float> {
    // Before memory is taken for what the configuration claims.
    for tensor in layout.tensors { try check("\(group)/\(tensor.name)", shape: tensor.shape) }
    let buffer = AlignedBuffer<Float>(count: layout.count)
    for tensor in layout.tensors {
      let name = "\(group)/\(tensor.name)"
      let sum = try read(name, shape: tensor.shape, into: buffer.view.slice(tensor.range))
      sums.append((name, tensor.shape, sum))
    }
    try checkNothingElse(in: group)
    return buffer
  }

  private func check(_ name: String, shape: [Int]) throws {
    guard try exists(name) else { throw error("/\(name) is missing; expected shape \(shape)") }
    let dataset = try root.dataset(name)
    guard try dataset.shape == shape, case .number(.float32, _) = dataset.storedType else {
      throw error(
        "/\(name) is \(dataset.storedType) of shape \(try dataset.shape); expected float32 of "
          + "shape \(shape), as the network says")
    }
  }

  private mutating func read(_ name: String, shape: [Int], into view: FloatView) throws -> UInt32 {
    let dataset = try root.dataset(name)
    try dataset.read(
      into: UnsafeMutableBufferPointer(start: view.base, count: view.count))
    let stored = try dataset.attributes.value(CheckpointFormat.checksum, as: UInt32.self)
    let sum = view.withBytes { crc32($0) }
    if sum != stored {
      failed.append(
        Checkpoint.FailedChecksum(
          name: "/\(name)", problem: "/\(name) fails its checksum: the file is damaged"))
    }
    return sum
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

  /// - Throws: for tensors of a state or an average that the run does not have.
  func checkNothingElse(groups: [String]) throws {
    var found: [(group: String, what: String)] = []
    if try exists(CheckpointFormat.optimizer) {
      found += try root.group(CheckpointFormat.optimizer).names()
        .map { (CheckpointFormat.state($0), "a state of the optimizer") }
    }
    if try exists(CheckpointFormat.average) {
      found.append((CheckpointFormat.average, "something that this run keeps"))
    }
    for (group, what) in found where !groups.contains(group) {
      throw error("/\(group) is not \(what)")
    }
  }

  private func error(_ problem: String) -> TrainingError {
    .checkpoint(path: path, problem: problem)
  }
}
