import Kernels

/// One pass over the rows of a `RowStream`, in the order of an epoch.
///
/// `next` is for one thread, the one that trains. Between its calls nothing that it has handed out
/// changes: a block leaves memory with the call after the one that drew its last row.
package final class RowPass {
  private let stream: RowStream
  private var order: EpochOrder
  private let state: PassState
  private var threads: [BackgroundThread] = []
  private let clock = ContinuousClock()
  /// How long `next` has waited for rows.
  package private(set) var waited = Duration.zero

  init(_ stream: RowStream, _ order: EpochOrder, skipping: Int) {
    self.stream = stream
    let blocks = stream.plan.blocks
    // A resident split has blocks of its own.
    let admissions =
      stream.plan.staysResident ? Array(0..<Int32(blocks)) : order.admissions(blocks: blocks)
    var order = order
    state = PassState(stream)
    if stream.plan.staysResident {
      order.skip(skipping)
    } else {
      state.skip(skipping, of: &order)
    }
    self.order = order
    state.schedule(admissions)
    for _ in 0..<min(stream.plan.decoders, state.scheduledCount) {
      let state = state
      guard let thread = BackgroundThread({ state.decode() }) else { break }
      threads.append(thread)
    }
    if threads.isEmpty, state.scheduledCount > 0 { state.failForWantOfThreads() }
  }

  deinit { end() }

  /// Stops reading; nothing more may be asked of the pass.
  package func end() {
    state.stop()
    for thread in threads { thread.join() }
    threads = []
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
    try state.place(UnsafeMutableBufferPointer(rebasing: indices[..<count]), clock, &waited)
    return count
  }

  /// Waits until all rows of a resident split are there.
  package func loadAll() throws(DatasetError) {
    precondition(stream.plan.staysResident, "a window never holds all rows")
    try state.waitForAll(clock, &waited)
  }
}
