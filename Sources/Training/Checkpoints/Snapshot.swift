import Kernels

/// A copy of a run's state, from which a checkpoint is written while training goes on.
///
/// It takes as much memory as the parameters, the optimizer's state and the average together, from
/// when they are no longer zero.
final class Snapshot: ParallelWork, @unchecked Sendable {
  private let buffers: [AlignedBuffer<Float>]
  /// Whether a piece of the buffers is zero still, as they begin: not used, it takes no memory.
  private let isZero: AlignedBuffer<Bool>
  private var sources: [FloatView] = []
  private let length: Int
  private let pieces: Int

  /// Floats that one thread copies at a time: 1 MiB, so little that a thread which has to wait for a
  /// core keeps the others waiting for a moment only.
  private static let pieceLength = 1 << 18

  /// - Parameters:
  ///   - count: floats of a buffer.
  ///   - groups: the number of buffers.
  init(count: Int, groups: Int) {
    length = count
    pieces = (count + Self.pieceLength - 1) / Self.pieceLength
    buffers = (0..<groups).map { _ in AlignedBuffer(count: count) }
    isZero = AlignedBuffer(count: pieces * groups)
    isZero.pointer.update(repeating: true)
  }

  /// Copies `checkpoint`, on the threads of `pool`. The result's tensors are those of this snapshot,
  /// until the next call.
  func take(_ checkpoint: Checkpoint, pool: WorkerPool) -> Checkpoint {
    sources = checkpoint.tensors.map(\.values)
    pool.withHelpers { pool.perform(pieces * sources.count, self) }
    return checkpoint.with(
      tensors: zip(checkpoint.tensors, buffers).map {
        TensorGroup(path: $0.path, values: $1.view)
      }, memory: buffers)
  }

  /// A piece of work is a stretch of a buffer. Of zeros, as moments are before the first step, there
  /// is nothing to copy.
  func run(piece index: Int) {
    let (buffer, piece) = index.quotientAndRemainder(dividingBy: pieces)
    let start = piece * Self.pieceLength
    let range = start..<min(start + Self.pieceLength, length)
    let source = sources[buffer].slice(range)
    if isZero.pointer[index], source.withBytes(\.isZero) { return }
    isZero.pointer[index] = false
    buffers[buffer].view.slice(range).copy(pastCachesFrom: source)
  }
}
