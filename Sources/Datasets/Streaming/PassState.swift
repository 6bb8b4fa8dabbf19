/// What a pass and its decoder threads share: which blocks are in memory and where.
///
/// Everything here is touched with the monitor's lock held, but the rows themselves: a slot belongs
/// to the decoder that took it, until its block is announced as here.
final class PassState: @unchecked Sendable {
  private let stream: RowStream
  private let plan: StreamPlan
  private let monitor = Monitor()

  /// Blocks in the order in which they are to be read, and how many have been taken.
  private var schedule: [Int32] = []
  private var taken = 0
  /// The slot of each block that is here, else −1.
  private var slots: [Int32]
  /// Rows of each block that this pass has not drawn yet; empty for a resident split.
  private var remaining: [Int32]
  private var freeSlots: [Int32] = []
  /// Blocks whose last rows were drawn by the call before.
  private var leaving: [Int] = []
  /// Slots in use beyond which decoders wait, unless rows are missing.
  private let mostSlots: Int
  /// The block whose rows are waited for.
  private var awaited: Int?
  private var isStopped = false
  private var missing: Int
  private var error: DatasetError?

  init(_ stream: RowStream) {
    self.stream = stream
    plan = stream.plan
    mostSlots = plan.staysResident ? plan.blocks : plan.windowBlocks + plan.blocksAhead
    if plan.staysResident {
      slots = stream.isHere.enumerated().map { $1 ? Int32($0) : -1 }
      missing = stream.isHere.count { !$0 }
      remaining = []
    } else {
      slots = Array(repeating: -1, count: plan.blocks)
      missing = plan.blocks
      remaining = (0..<plan.blocks).map { Int32(stream.rows(ofBlock: $0).count) }
      // The lowest first, so that memory beyond what is needed is never touched.
      freeSlots = (0..<Int32(plan.slots)).reversed()
    }
  }

  // MARK: - Before the pass

  /// Draws rows that were used before: their blocks are not read for them.
  func skip(_ count: Int, of order: inout EpochOrder) {
    let drawn = UnsafeMutableBufferPointer<Int32>.allocate(capacity: min(count, 4096))
    defer { drawn.deallocate() }
    var left = count
    while left > 0 {
      let count = order.next(min(left, drawn.count), into: drawn)
      if count == 0 { break }
      for row in drawn[..<count] { remaining[Int(row) / plan.blockRows] -= 1 }
      left -= count
    }
  }

  func schedule(_ admissions: [Int32]) {
    schedule = admissions.filter { block in
      slots[Int(block)] < 0 && (remaining.isEmpty || remaining[Int(block)] > 0)
    }
    missing = schedule.count
  }

  var scheduledCount: Int { schedule.count }

  // MARK: - The pass

  /// Replaces row numbers by their places in memory, waiting for those that are not there yet.
  func place(
    _ rows: UnsafeMutableBufferPointer<Int32>, _ clock: ContinuousClock, _ waited: inout Duration
  ) throws(DatasetError) {
    try monitor.locked { () throws(DatasetError) in
      freeLeaving()
      // A resident row's place is its number.
      if plan.staysResident, missing == 0 { return }
      let blockRows = Int32(plan.blockRows)
      for index in rows.indices {
        let row = rows[index]
        let block = Int(row / blockRows)
        if slots[block] < 0 { try wait(for: block, clock, &waited) }
        if plan.staysResident { continue }
        rows[index] = slots[block] * blockRows + row - Int32(block) * blockRows
        remaining[block] -= 1
        if remaining[block] == 0 { leaving.append(block) }
      }
    }
  }

  func waitForAll(_ clock: ContinuousClock, _ waited: inout Duration) throws(DatasetError) {
    try monitor.locked { () throws(DatasetError) in
      for block in slots.indices where slots[block] < 0 {
        try wait(for: block, clock, &waited)
      }
    }
  }

  func stop() {
    monitor.locked {
      isStopped = true
      monitor.signal(.threads)
    }
    if plan.staysResident { stream.isHere = slots.map { $0 >= 0 } }
  }

  private func freeLeaving() {
    guard !leaving.isEmpty else { return }
    for block in leaving {
      freeSlots.append(slots[block])
      slots[block] = -1
    }
    leaving.removeAll(keepingCapacity: true)
    // A thread that is woken for several blocks costs less than one that is woken for each.
    let room = mostSlots - (plan.slots - freeSlots.count)
    if room > plan.blocksAhead / 4 { monitor.signal(.threads) }
  }

  private func wait(
    for block: Int, _ clock: ContinuousClock, _ waited: inout Duration
  ) throws(DatasetError) {
    let start = clock.now
    awaited = block
    monitor.signal(.threads)
    while slots[block] < 0 {
      if let error { throw error }
      monitor.wait(.owner)
    }
    awaited = nil
    waited += clock.now - start
  }

  // MARK: - Decoder threads

  /// Reads blocks until none is left, or the pass ends.
  func decode() {
    let scratch = SplitReader.Scratch()
    while let (block, slot) = take() {
      do throws(DatasetError) {
        try stream.reader.read(
          stream.rows(ofBlock: block), into: stream.memory, at: Int(slot) * plan.blockRows,
          scratch: scratch)
        announce(block, in: slot)
      } catch {
        return fail(error)
      }
    }
  }

  /// The next block to read, and a slot for it; nil when there is nothing more to do.
  private func take() -> (block: Int, slot: Int32)? {
    monitor.locked {
      while true {
        if isStopped || error != nil || taken == schedule.count { return nil }
        if plan.staysResident { break }
        let inUse = plan.slots - freeSlots.count
        if !freeSlots.isEmpty, inUse < mostSlots || awaited != nil { break }
        monitor.wait(.threads)
      }
      let block = Int(schedule[taken])
      taken += 1
      return (block, plan.staysResident ? Int32(block) : freeSlots.removeLast())
    }
  }

  private func announce(_ block: Int, in slot: Int32) {
    monitor.locked {
      slots[block] = slot
      missing -= 1
      if block == awaited { monitor.signal(.owner) }
      if plan.staysResident, missing == 0 {
        for reader in stream.reader.readers { reader.keep(bytes: 0) }
      }
    }
  }

  func failForWantOfThreads() {
    fail(
      DatasetError(
        file: stream.file, problem: "cannot be read: the system gives no thread for it",
        remedy: "raise the limit of threads (ulimit -u)"))
  }

  private func fail(_ error: DatasetError) {
    monitor.locked {
      if self.error == nil { self.error = error }
      monitor.signal(.owner)
      monitor.signal(.threads)
    }
  }
}
