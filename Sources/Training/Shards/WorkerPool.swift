import Dispatch
import Kernels

/// Work in numbered pieces that any thread may run, each piece once.
///
/// An object rather than a closure: handing it over in the middle of a step allocates nothing.
protocol ParallelWork: AnyObject, Sendable {
  /// Runs a piece. It must not wait for another piece, nor do input or output.
  func run(piece: Int)
}

/// The threads of a run: the caller, and helpers that `DispatchQueue.concurrentPerform` runs.
///
/// Each thread begins with the same pieces each time, but which it takes is left to chance, so a
/// piece must not depend on it: results are stored by the piece's number, and everything that adds
/// across pieces does so afterwards in a fixed order.
///
/// Helpers come once, for the whole of `withHelpers`, and between two calls of `perform` they spin
/// for a moment before they sleep: waking a sleeping thread takes longer (15 µs measured) than a
/// step of a small network. `perform` never waits for a helper to come. It runs the pieces that
/// nobody has taken itself, so any number of helpers, none included, is right, only slower.
final class WorkerPool: Sendable {
  let workers: Int
  private let board: Noticeboard

  init(workers: Int) {
    self.workers = workers
    // More threads than cores would take turns, and spinning take the workers' time.
    board = Noticeboard(seats: min(workers, availableCores()))
  }

  /// Runs `body` with helpers at hand. Within another `withHelpers` it just runs `body`.
  func withHelpers<Result>(_ body: () throws -> Result) rethrows -> Result {
    let helpers = board.seatCount - 1
    guard helpers > 0, board.open() else { return try body() }
    let board = board
    let finished = DispatchGroup()
    DispatchQueue.global(qos: .userInitiated).async(group: finished) {
      DispatchQueue.concurrentPerform(iterations: helpers) { helper in
        Matmul.prepareThread()
        board.help(seat: helper + 1)
      }
    }
    defer {
      board.close()
      finished.wait()
    }
    return try body()
  }

  /// Runs the pieces `0 ..< count` of `work` on this thread and the helpers, and returns when all
  /// are done. One thread at a time may call it.
  func perform(_ count: Int, _ work: some ParallelWork) {
    Matmul.prepareThread()
    if count > 1, workers > 1 {
      board.perform(count, work)
    } else {
      for piece in 0..<count { work.run(piece: piece) }
    }
  }
}
