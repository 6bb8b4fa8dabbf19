import Kernels

/// One pass over the rows of a `RowStream`, in the order of an epoch.
///
/// `next` is for one thread, the one that trains. Between its calls nothing that it has handed out
/// changes: a row leaves memory with the call after the one that drew it, or later.
package final class RowPass {
  package let epoch: Int
  /// How long `next` has waited for rows.
  package private(set) var waited = Duration.zero
  /// The pass over the epoch after this one. It begins to read when there is nothing left to read for
  /// this one, into the memory of rows that were used, so that its first rows are there in time.
  package private(set) var following: RowPass?

  private let stream: RowStream
  private let seed: UInt64
  private let lastEpoch: Int
  private var order: EpochOrder
  private let state: PassState
  private var threads: [BackgroundThread] = []
  private let clock = ContinuousClock()

  init(
    _ stream: RowStream, geometry: ShuffleGeometry, seed: UInt64, epoch: Int, lastEpoch: Int,
    skipping: Int
  ) {
    self.stream = stream
    self.seed = seed
    self.epoch = epoch
    self.lastEpoch = lastEpoch
    order = EpochOrder(rows: stream.rows, geometry: geometry, seed: seed, epoch: epoch)
    let blocks = stream.plan.blocks
    // A resident split has blocks of its own.
    let admissions =
      stream.plan.staysResident ? Array(0..<Int32(blocks)) : order.admissions(blocks: blocks)
    state = PassState(stream)
    if stream.plan.staysResident {
      order.skip(skipping)
    } else if skipping > 0 {
      state.skip(skipping, of: &order)
    }
    state.schedule(admissions)
    for _ in 0..<min(stream.plan.decoders, state.scheduledCount) {
      let state = state
      guard let thread = BackgroundThread({ state.decode() }) else { break }
      threads.append(thread)
    }
    // The system may give no more.
    if threads.isEmpty { state.ownerReads = true }
  }

  deinit { end() }

  /// Stops reading; nothing more may be asked of the pass. The following one goes on.
  package func end() {
    state.stop()
    for thread in threads { thread.join() }
    threads = []
    state.release()
  }

  /// Writes where the next rows of the order lie in the stream's memory, up to `count` of them, and
  /// waits until they are there.
  ///
  /// - Returns: how many were written: fewer than `count` at the end of the pass.
  /// - Throws: what reading a block threw.
  package func next(
    _ count: Int, into indices: UnsafeMutableBufferPointer<Int32>
  ) throws(DatasetError) -> Int {
    let count = order.next(count, into: indices)
    let isReading = try state.place(
      UnsafeMutableBufferPointer(rebasing: indices[..<count]), clock, &waited)
    if !isReading, following == nil, epoch < lastEpoch, !stream.plan.staysResident {
      following = stream.pass(seed: seed, epoch: epoch + 1, lastEpoch: lastEpoch)
    }
    return count
  }

  /// Waits until all rows of a resident split are there.
  package func loadAll() throws(DatasetError) {
    precondition(stream.plan.staysResident, "a window never holds all rows")
    try state.waitForAll(clock, &waited)
  }
}
