import Datasets
import Kernels
import Networks

/// The state of a run: what a checkpoint file holds.
///
/// Saving it never changes training, and everything that a run needs to go on exactly is here:
/// random numbers are functions of the seed and the progress, not a state of their own.
public struct Checkpoint {
  /// The complete configuration of the run.
  public let configuration: RunConfiguration
  public let model: Model
  public let progress: Progress
  /// What each epoch came to.
  public let history: History
  /// What the run trains on.
  public let data: DataReference
  /// The programs, instruction sets and libraries that the numbers come from, the present one last.
  public let numerics: [NumericsPeriod]
  /// Everything that is laid out as the parameters are.
  let tensors: [TensorGroup]
  /// The owner of the views where this was read from a file; the trainer's buffers otherwise.
  let memory: [AlignedBuffer<Float>]

  /// The program, instruction set and libraries that the numbers come from.
  public var numericsIdentity: String { numerics.last?.identity ?? "" }

  /// Whether it holds a moving average of the parameters, which evaluation uses.
  public var keepsAverage: Bool { average != nil }

  /// SHA-256 of the parameters' bytes in layout order, little-endian, as 64 hexadecimal digits.
  public var parametersSHA256: String { model.network.layout.sha256(of: parameters) }
}

/// Floats of a checkpoint laid out by the network's `ParameterLayout`, and the group of the file
/// that they are in.
struct TensorGroup {
  let path: String
  let values: FloatView
}

/// The views are valid for as long as the checkpoint lives.
extension Checkpoint {
  /// Laid out by `model.network.layout`.
  var parameters: FloatView { values(of: CheckpointFormat.parameters)! }

  /// What the optimizer remembers, by name, laid out as the parameters.
  var states: [(name: String, values: FloatView)] {
    configuration.optimizer.stateNames.map { ($0, values(of: CheckpointFormat.state($0))!) }
  }

  /// The moving average of the parameters, where the run keeps one.
  var average: FloatView? { values(of: CheckpointFormat.average) }

  /// The parameters that evaluation and prediction use.
  var evaluated: FloatView { average ?? parameters }

  private func values(of group: String) -> FloatView? {
    tensors.first { $0.path == group }?.values
  }

  /// Copies all tensors to those of a run with the same layout and groups.
  func copyTensors(to groups: [TensorGroup]) {
    for (own, other) in zip(tensors, groups) { other.values.copy(from: own.values) }
  }

  /// This checkpoint with its tensors elsewhere.
  func with(tensors: [TensorGroup], memory: [AlignedBuffer<Float>]) -> Checkpoint {
    Checkpoint(
      configuration: configuration, model: model, progress: progress, history: history, data: data,
      numerics: numerics, tensors: tensors, memory: memory)
  }
}

extension ParameterLayout {
  /// SHA-256 over the tensors of `values` in order, without the padding between them.
  func sha256(of values: FloatView) -> String {
    let hash = Fingerprint()
    for tensor in tensors { values.slice(tensor.range).withBytes { hash.add($0) } }
    return hash.finish()
  }
}

extension FloatView {
  /// The view's bytes: little-endian, as every machine that this runs on has them.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: count * MemoryLayout<Float>.stride))
  }
}
