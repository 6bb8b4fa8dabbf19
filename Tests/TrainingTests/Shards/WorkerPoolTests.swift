import Synchronization
import Testing

@testable import Training

@Suite struct WorkerPoolTests {
  private final class Counters: ParallelWork {
    let counts: [Counter]

    init(_ pieces: Int) {
      counts = (0..<pieces).map { _ in Counter() }
    }

    func run(piece: Int) { counts[piece].value.add(1, ordering: .relaxed) }

    var values: [Int] { counts.map { $0.value.load(ordering: .relaxed) } }
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  @Test(arguments: [(1, 5), (2, 5), (8, 3), (3, 1000), (2, 0), (2, 1)], [false, true])
  func `every piece of work is done exactly once a call`(
    size: (workers: Int, pieces: Int), hasHelpers: Bool
  ) {
    let pool = WorkerPool(workers: size.workers)
    let work = Counters(size.pieces)
    func performOften() {
      for round in 1...2000 {
        pool.perform(size.pieces, work)
        #expect(work.values.allSatisfy { $0 == round })
        if work.values.contains(where: { $0 != round }) { return }
      }
    }
    if hasHelpers { pool.withHelpers { performOften() } } else { performOften() }
  }

  @Test func `helpers that fell asleep wake for the next call, and leave at the end`() {
    let pool = WorkerPool(workers: 2)
    let work = Counters(64)
    pool.withHelpers {
      for _ in 0..<20 {
        // Long enough for a helper to lose its patience.
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < .milliseconds(2) {}
        pool.perform(64, work)
      }
    }
    #expect(work.values.allSatisfy { $0 == 20 })
  }

  @Test func `helpers within helpers are the same helpers`() {
    let pool = WorkerPool(workers: 2)
    let work = Counters(8)
    pool.withHelpers { pool.withHelpers { pool.perform(8, work) } }
    pool.withHelpers { pool.perform(8, work) }
    #expect(work.values.allSatisfy { $0 == 2 })
  }

  @Test(arguments: [0, 1, 3, 8, 9]) func `pieces of seats that nobody takes are done by others`(
    pieces: Int
  ) {
    let board = Noticeboard(seats: 8)
    let work = Counters(pieces)
    board.perform(pieces, work)
    #expect(work.values.allSatisfy { $0 == 1 })
  }
}
