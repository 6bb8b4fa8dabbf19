import Synchronization
import Testing

@testable import Training

@Suite struct WorkerPoolTests {
  @Test(arguments: [(1, 5), (2, 5), (8, 3), (3, 1000), (2, 0)])
  func `every piece of work is done exactly once`(workers: Int, pieces: Int) {
    let counts = (0..<pieces).map { _ in Counter() }
    WorkerPool(workers: workers).perform(pieces) { counts[$0].value.add(1, ordering: .relaxed) }
    #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }
}
