import Datasets
import Kernels

/// One mini-batch: where in memory its rows lie, in order, and where it stands in the run.
///
/// Filled by the trainer between steps; replicas only read it.
final class MiniBatch {
  /// Places of resident rows; the first `count` are the batch.
  let rows: AlignedBuffer<Int32>
  private(set) var count = 0
  /// The optimizer step it belongs to, from 0, and how many samples of the step come before it:
  /// with a sample's position they are the counter of per-sample randomness.
  private(set) var step = 0
  private(set) var firstSample = 0

  init(capacity: Int) {
    rows = AlignedBuffer(count: capacity)
  }

  /// Takes the next rows of `pass`, and waits for those that are still being read; false when the
  /// epoch has none left.
  func fill(from pass: RowPass, step: Int, firstSample: Int) throws -> Bool {
    count = try pass.next(rows.count, into: rows.pointer)
    self.step = step
    self.firstSample = firstSample
    return count > 0
  }

  func rows(_ range: Range<Int>) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(rebasing: rows.pointer[range])
  }
}
