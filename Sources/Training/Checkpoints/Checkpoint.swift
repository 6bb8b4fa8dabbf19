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
  /// What the run trains on.
  public let data: DataReference
  /// The program, instruction set and libraries that the numbers come from.
  public let numericsIdentity: String
  /// Laid out by `model.network.layout`.
  let parameters: FloatView
  /// What the optimizer remembers, by name, laid out as the parameters.
  let states: [(name: String, values: FloatView)]
  /// The owner of the views where this was read from a file; the trainer's buffers otherwise.
  let memory: [AlignedBuffer<Float>]

  /// SHA-256 of the parameters' bytes in layout order, little-endian, as 64 hexadecimal digits.
  public var parametersSHA256: String {
    model.network.layout.sha256(of: parameters)
  }
}

/// The dataset that a run trains on.
public struct DataReference: Sendable, Equatable {
  public var path: String
  public var fingerprint: String
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
