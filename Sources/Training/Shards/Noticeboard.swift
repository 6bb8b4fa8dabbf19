import CSystem
import Dispatch
import Glibc
import Synchronization

/// Where the coordinating thread puts up work, and helpers find it.
///
/// The round's number is odd while its work is up. The coordinator may change `work` and `count`
/// only in an even round in which no helper is `present`: helpers say that they are present first,
/// and then look at the round again; the coordinator ends the round first, and then looks who is
/// present. Both are sequentially consistent, so one of the two sees the other.
///
/// The pieces are cut into as many runs as there are seats. A thread first takes those of its own
/// seat's run, which finds in its caches what the same pieces used in the round before, and then
/// what is left of the others'.
final class Noticeboard: @unchecked Sendable {
  // Each on cache lines of its own: pieces are taken while others look at the round.
  private let round = Atomic<UInt>(0)
  private let padding1 = CacheLinePair()
  private let present = Atomic<Int>(0)
  private let padding2 = CacheLinePair()
  private let asleep = Atomic<Int>(0)
  private let isOpen = Atomic<Bool>(false)
  private let alarm = DispatchSemaphore(value: 0)
  private unowned(unsafe) var work: (any ParallelWork)?
  private var count = 0
  private let seats: UnsafeMutableBufferPointer<Seat>

  /// Looks at the round before a helper goes to sleep: some 50 µs.
  private static let patience = 2000

  /// - Parameter seats: how many threads take part, the coordinator at seat 0 included.
  init(seats: Int) {
    self.seats = .allocate(capacity: seats)
    for seat in 0..<seats { self.seats.initializeElement(at: seat, to: Seat()) }
  }

  deinit {
    seats.deinitialize().deallocate()
  }

  var seatCount: Int { seats.count }

  // MARK: - The coordinator

  /// Lets helpers in; false when it has already.
  func open() -> Bool {
    !isOpen.exchange(true, ordering: .sequentiallyConsistent)
  }

  /// Sends the helpers away.
  func close() {
    isOpen.store(false, ordering: .sequentiallyConsistent)
    wakeHelpers()
  }

  func perform(_ count: Int, _ work: any ParallelWork) {
    self.work = work
    self.count = count
    for seat in seats.indices {
      seats[seat].next.store(pieces(of: seat).lowerBound, ordering: .relaxed)
    }
    round.add(1, ordering: .sequentiallyConsistent)
    wakeHelpers()
    takePieces(seat: 0)
    round.add(1, ordering: .sequentiallyConsistent)
    var looks = 0
    while present.load(ordering: .sequentiallyConsistent) > 0 {
      looks += 1
      // A helper that was preempted needs a core, maybe this one.
      if looks % Self.patience == 0 { sched_yield() } else { lockstep_pause() }
    }
  }

  private func wakeHelpers() {
    // Read first: on most steps nobody sleeps, and a read leaves the line where it is.
    guard asleep.load(ordering: .sequentiallyConsistent) > 0 else { return }
    for _ in 0..<asleep.exchange(0, ordering: .sequentiallyConsistent) { alarm.signal() }
  }

  private func pieces(of seat: Int) -> Range<Int> {
    count * seat / seats.count..<count * (seat + 1) / seats.count
  }

  private func takePieces(seat: Int) {
    guard let work else { return }
    for offset in seats.indices {
      let other = (seat + offset) % seats.count
      let end = pieces(of: other).upperBound
      // Looked at first: a run that is used up stays in all caches.
      while seats[other].next.load(ordering: .relaxed) < end {
        let piece = seats[other].next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece < end { work.run(piece: piece) }
      }
    }
  }

  // MARK: - A helper

  /// Takes part in every round until the board is closed.
  /// - Parameter seat: of this thread alone.
  func help(seat: Int) {
    var seen = round.load(ordering: .sequentiallyConsistent) & ~1
    while let current = nextRound(after: seen) {
      present.add(1, ordering: .sequentiallyConsistent)
      if round.load(ordering: .sequentiallyConsistent) == current { takePieces(seat: seat) }
      present.subtract(1, ordering: .sequentiallyConsistent)
      seen = current
    }
  }

  /// Waits for work in a round other than `seen`; nil when the board is closed.
  private func nextRound(after seen: UInt) -> UInt? {
    var looks = 0
    while isOpen.load(ordering: .sequentiallyConsistent) {
      let current = round.load(ordering: .sequentiallyConsistent)
      if current & 1 == 1, current != seen { return current }
      looks += 1
      if looks < Self.patience {
        lockstep_pause()
      } else {
        sleep(unlessRoundIsNot: current)
        looks = 0
      }
    }
    return nil
  }

  /// Sleeps until the coordinator puts up work or closes the board.
  private func sleep(unlessRoundIsNot current: UInt) {
    asleep.add(1, ordering: .sequentiallyConsistent)
    let isNews =
      round.load(ordering: .sequentiallyConsistent) != current
      || !isOpen.load(ordering: .sequentiallyConsistent)
    if isNews, takeBackSleep() { return }
    alarm.wait()
  }

  /// Uncounts this helper among the sleepers; false when the coordinator has counted it, and so
  /// has raised the alarm for it.
  private func takeBackSleep() -> Bool {
    var sleepers = asleep.load(ordering: .sequentiallyConsistent)
    while sleepers > 0 {
      let (exchanged, original) = asleep.compareExchange(
        expected: sleepers, desired: sleepers - 1, ordering: .sequentiallyConsistent)
      if exchanged { return true }
      sleepers = original
    }
    return false
  }
}

/// Which piece of a seat's run is next, on cache lines of its own.
private struct Seat: ~Copyable {
  let next = Atomic<Int>(0)
  private let padding = CacheLinePair()
}

/// Keeps what stands before it and after it in a class from sharing cache lines.
private struct CacheLinePair {
  private let low = SIMD16<UInt32>()
  private let high = SIMD16<UInt32>()
}
