import CSystem
import Glibc

/// SIGINT and SIGTERM while a network is trained: the first is remembered, so that training can save
/// its state and end; the second ends the process at once.
enum Interruption {
  /// From now on signals are remembered.
  static func begin() {
    lockstep_remember_signals(true)
  }

  /// From now on they end the process at once, as they do outside of training.
  static func end() { lockstep_remember_signals(false) }

  /// The signal that came.
  static var signal: Int32? {
    let signal = lockstep_interrupted()
    return signal == 0 ? nil : signal
  }

  static func name(_ signal: Int32) -> String { signal == SIGINT ? "SIGINT" : "SIGTERM" }
}

/// A command has a result, and yet did not end well: status and message say how.
struct Unfinished: Error {
  let status: Int32
  let message: String
}
