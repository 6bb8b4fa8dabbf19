import Dispatch
import Kernels
import Synchronization

/// The threads of a run: spreads numbered pieces of work over at most `workers` of them.
///
/// Which thread takes which piece is left to chance, so a piece must not depend on it: results are
/// stored by the piece's number, and everything that adds across pieces does so afterwards in a
/// fixed order.
struct WorkerPool: Sendable {
  let workers: Int

  /// Calls `body` once with each number in `0..<count`, on up to `workers` threads, and returns
  /// when all are done. `body` must not wait for another piece, nor do input or output: a thread
  /// blocked inside `concurrentPerform` is not replaced.
  func perform(_ count: Int, _ body: @Sendable (Int) -> Void) {
    let threads = min(workers, count)
    if threads <= 1 {
      Matmul.prepareThread()
      for piece in 0..<count { body(piece) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      Matmul.prepareThread()
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= count { break }
        body(piece)
      }
    }
  }
}
