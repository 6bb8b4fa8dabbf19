/// What a pass and its decoder threads share: which blocks are in memory, and where their rows are.
///
/// Everything here is touched with the lock of the stream's monitor held, but the rows themselves: a
/// slot belongs to the decoder that took it, until its block is announced as here.
final class PassState: @unchecked Sendable {
  private let stream: RowStream
  private let plan: StreamPlan
  private var monitor: Monitor { stream.slots.monitor }

  /// Blocks in the order in which they are to be read, and how many have been taken.
  private var schedule: [Int32] = []
  private var taken = 0
  /// Of a resident split: which blocks are in memory.
  private var isHere: [Bool]
  /// Of any other: those that are.
  private var open: OpenBlocks
  /// Of blocks that have rows which were used before the pass began: those that were not, counted
  /// from the block's first. Never changed once there are threads.
  private var unused: [Int: [Int32]] = [:]
  /// Slots whose rows were drawn by the call before.
  private var leaving: [Int32] = []
  /// The block that the pass's own thread sleeps for.
  private var awaited: Int?
  /// Whether the pass's own thread reads blocks when it would wait.
  var ownerReads: Bool
  /// What the pass's own thread reads with, while it would wait. No other thread touches it.
  private var ownReader: BlockReader?
  private var isStopped = false
  private var missing: Int
  private var error: DatasetError?

  init(_ stream: RowStream) {
    self.stream = stream
    plan = stream.plan
    ownerReads = plan.ownerReads
    isHere = stream.isHere
    missing = isHere.count { !$0 }
    open = OpenBlocks(
      rows: (0..<(plan.staysResident ? 0 : plan.blocks)).map {
        Int32(stream.rows(ofBlock: $0).count)
      }, blockRows: plan.blockRows, placesRows: plan.placesRows)
  }

  // MARK: - Before the pass

  /// Draws rows that were used before: they are not read.
  func skip(_ count: Int, of order: inout EpochOrder) {
    let drawn = UnsafeMutableBufferPointer<Int32>.allocate(capacity: min(count, 4096))
    defer { drawn.deallocate() }
    var left = count
    while left > 0 {
      let count = order.next(min(left, drawn.count), into: drawn)
      if count == 0 { break }
      for row in drawn[..<count] { open.skip(row) }
      left -= count
    }
    guard plan.placesRows else { return }
    for row in order.left {
      let (block, row) = Int(row).quotientAndRemainder(dividingBy: plan.blockRows)
      if open.remaining(block) < stream.rows(ofBlock: block).count {
        unused[block, default: []].append(Int32(row))
      }
    }
  }

  func schedule(_ admissions: [Int32]) {
    schedule = admissions.filter { block in
      plan.staysResident ? !isHere[Int(block)] : open.remaining(Int(block)) > 0
    }
    missing = schedule.count
  }

  var scheduledCount: Int { schedule.count }

  // MARK: - The pass

  /// Replaces row numbers by their places in memory, waiting for those that are not there yet.
  ///
  /// - Returns: whether blocks are still to come.
  func place(
    _ rows: UnsafeMutableBufferPointer<Int32>, _ clock: ContinuousClock, _ waited: inout Duration
  ) throws(DatasetError) -> Bool {
    var next = rows.startIndex
    monitor.locked { freeLeaving() }
    while let missing = monitor.locked({ place(rows, from: &next) }) {
      try wait(for: missing, clock, &waited)
    }
    let isReading = monitor.locked { missing > 0 }
    if !isReading { ownReader = nil }
    return isReading
  }

  /// Places rows until one is not there.
  ///
  /// - Returns: its block; nil where all are there.
  private func place(_ rows: UnsafeMutableBufferPointer<Int32>, from next: inout Int) -> Int? {
    guard plan.staysResident else { return open.draw(rows, from: &next, leaving: &leaving) }
    // A resident row's place is its number.
    if missing == 0 { return nil }
    while next < rows.endIndex {
      let block = Int(rows[next]) / plan.blockRows
      guard isHere[block] else { return block }
      next += 1
    }
    return nil
  }

  func waitForAll(_ clock: ContinuousClock, _ waited: inout Duration) throws(DatasetError) {
    while let block = monitor.locked({ isHere.firstIndex(of: false) }) {
      try wait(for: block, clock, &waited)
    }
  }

  /// Has the threads end.
  func stop() {
    monitor.locked {
      isStopped = true
      monitor.signal(.threads)
    }
  }

  /// Gives back what the pass has in memory; to be called when its threads have ended.
  func release() {
    monitor.locked {
      if plan.staysResident {
        stream.isHere = isHere
        return
      }
      stream.slots.giveBack(leaving)
      stream.slots.giveBack(open.close())
      leaving = []
      monitor.signal(.threads)
    }
  }

  private func freeLeaving() {
    guard !leaving.isEmpty else { return }
    stream.slots.giveBack(leaving)
    leaving.removeAll(keepingCapacity: true)
    // A thread that is woken for several blocks costs less than one that is woken for each.
    let room = stream.slots.freeCount * plan.slotRows
    if room > plan.blocksAhead * plan.blockRows / 4 { monitor.signal(.threads) }
  }

  /// Returns when a block is there. The waiting thread reads blocks as the others do, where there is
  /// memory for that: if these are slower than it, it would sleep and be woken for each.
  private func wait(
    for block: Int, _ clock: ContinuousClock, _ waited: inout Duration
  ) throws(DatasetError) {
    let start = clock.now
    defer { waited += clock.now - start }
    while true {
      let (isDone, job) = try monitor.locked { () throws(DatasetError) -> (Bool, Job?) in
        if let error { throw error }
        if isInMemory(block) { return (true, nil) }
        if ownerReads, let job = nextJob() { return (false, job) }
        awaited = block
        monitor.signal(.threads)
        monitor.wait(.owner)
        awaited = nil
        return (false, nil)
      }
      if isDone { return }
      guard let job else { continue }
      if ownReader == nil { ownReader = try BlockReader(stream) }
      if let ownReader { read(job, ownReader) }
    }
  }

  private func isInMemory(_ block: Int) -> Bool {
    plan.staysResident ? isHere[block] : open.contains(block)
  }

  // MARK: - Decoder threads

  /// A block to read, and slots for it.
  private typealias Job = (block: Int, slots: [Int32])

  /// Reads blocks until none is left, or the pass ends.
  func decode() {
    do throws(DatasetError) {
      let reader = try BlockReader(stream)
      while let job = take() { read(job, reader) }
    } catch {
      fail(error)
    }
  }

  private func take() -> Job? {
    monitor.locked {
      while !isStopped, error == nil, taken < schedule.count {
        if let job = nextJob() { return job }
        monitor.wait(.threads)
      }
      return nil
    }
  }

  /// The next block to read, if there are slots for it.
  ///
  /// There is room for the window, for a mini-batch, and for one block besides, at least. So where a
  /// block is waited for that none has taken yet, there are slots for it.
  private func nextJob() -> Job? {
    guard taken < schedule.count else { return nil }
    let block = Int(schedule[taken])
    let count = plan.staysResident ? 0 : plan.placesRows ? open.remaining(block) : 1
    guard stream.slots.freeCount >= count else { return nil }
    taken += 1
    return (block, stream.slots.take(count))
  }

  private func read(_ job: Job, _ reader: BlockReader) {
    do throws(DatasetError) {
      let places = places(job.slots, of: job.block)
      try reader.read(job.block, to: places)
      announce(job.block, places)
    } catch {
      monitor.locked { stream.slots.giveBack(job.slots) }
      fail(error)
    }
  }

  /// The slots of a block, with −1 for its rows that were used before.
  private func places(_ slots: [Int32], of block: Int) -> [Int32] {
    guard let unused = unused[block] else { return slots }
    var places = [Int32](repeating: -1, count: stream.rows(ofBlock: block).count)
    for (row, slot) in zip(unused, slots) { places[Int(row)] = slot }
    return places
  }

  private func announce(_ block: Int, _ slots: [Int32]) {
    monitor.locked {
      if plan.staysResident { isHere[block] = true } else { open.open(block, slots) }
      missing -= 1
      if block == awaited { monitor.signal(.owner) }
      if plan.staysResident, missing == 0 {
        for reader in stream.reader.readers { reader.keep(bytes: 0) }
      }
    }
  }

  private func fail(_ error: DatasetError) {
    monitor.locked {
      if self.error == nil { self.error = error }
      monitor.signal(.owner)
      monitor.signal(.threads)
    }
  }
}
