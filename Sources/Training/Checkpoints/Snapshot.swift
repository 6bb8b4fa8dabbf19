import Kernels

/// A copy of a run's state, from which a checkpoint is written while training goes on.
///
/// It takes as much memory as the parameters, the optimizer's state and the average together.
final class Snapshot: @unchecked Sendable {
  private let buffers: [AlignedBuffer<Float>]
  private var sources: [FloatView] = []

  /// Floats that one thread copies at a time.
  private static let pieceLength = 1 << 18

  /// - Parameters:
  ///   - count: floats of a buffer.
  ///   - groups: the number of buffers.
  init(count: Int, groups: Int) {
    buffers = (0..<groups).map { _ in AlignedBuffer(count: count) }
  }

  /// Copies `checkpoint`, on the threads of `pool`. The result's tensors are those of this snapshot,
  /// until the next call.
  func take(_ checkpoint: Checkpoint, pool: WorkerPool) -> Checkpoint {
    sources = checkpoint.tensors.map(\.values)
    let length = sources.first?.count ?? 0
    let pieces = (length + Self.pieceLength - 1) / Self.pieceLength
    pool.perform(pieces * sources.count) { index in
      let (buffer, piece) = index.quotientAndRemainder(dividingBy: pieces)
      let start = piece * Self.pieceLength
      let range = start..<min(start + Self.pieceLength, length)
      self.buffers[buffer].view.slice(range).copy(from: self.sources[buffer].slice(range))
    }
    return checkpoint.with(
      tensors: zip(checkpoint.tensors, buffers).map {
        TensorGroup(path: $0.path, values: $1.view)
      }, memory: buffers)
  }
}
