import Glibc
import Settings
import Training

/// Where a command's words go: its result and what it does on the way, for people or as JSON.
///
/// With `--json`, standard output carries the JSON document and nothing else: notes go to standard
/// error, and the result in words is left out. For the main thread only.
final class Console {
  private let isJSON: Bool
  private let progress: ProgressLine?
  private var failure: OutputError?
  /// Set by a command that has a result and did not end well.
  var unfinished: Unfinished?

  init(isJSON: Bool) {
    self.isJSON = isJSON
    progress = ProgressLine()
  }

  /// Says what is going on: what will be done, what was done.
  func note(_ text: String) {
    write(text, to: isJSON ? STDERR_FILENO : STDOUT_FILENO)
  }

  /// Says something that the user should not miss.
  func warn(_ text: String) {
    write("lockstep: warning: " + text, to: STDERR_FILENO)
  }

  /// Says that a checkpoint is passed over.
  func warn(_ damaged: DamagedCheckpoint) {
    let problem = damaged.problem
    warn(
      (problem.contains(damaged.path) ? "" : "\(damaged.path): ") + problem
        + "; an older checkpoint is used")
  }

  /// Gives the result, or a part of it, in words.
  func result(_ text: String) {
    if !isJSON { write(text, to: STDOUT_FILENO) }
  }

  /// Shows how far the work is, on a terminal; does nothing elsewhere.
  func show(_ state: ProgressLine.State) {
    guard let progress else { return }
    var state = state
    state.title = Self.oneLine(state.title)
    progress.show(state)
  }

  func clearProgress() { progress?.clear() }

  /// Ends the output, with the result as JSON if that is what was asked for.
  ///
  /// - Throws: `OutputError` when standard output could not be written, now or before.
  func finish(_ result: SettingValue) throws {
    clearProgress()
    if isJSON { try Self.writeResult(result.json(pretty: true) + "\n") }
    if let failure { throw failure }
  }

  /// What cannot be written does not stop the work, whose result is in files; `finish` tells.
  private func write(_ text: String, to descriptor: Int32) {
    clearProgress()
    let code = Self.write(Self.printable(text) + "\n", to: descriptor)
    if code != 0, code != EPIPE, descriptor == STDOUT_FILENO { failure = OutputError(code: code) }
  }

  /// Writes what the program was asked for to standard output.
  ///
  /// - Throws: `OutputError` when it cannot be written, except to a reader that went away.
  static func writeResult(_ text: String) throws {
    let code = write(printable(text), to: STDOUT_FILENO)
    if code != 0, code != EPIPE { throw OutputError(code: code) }
  }

  /// Says in one line how the program fails or was interrupted.
  static func report(_ text: String) {
    _ = write("lockstep: " + oneLine(text) + "\n", to: STDERR_FILENO)
  }

  /// - Returns: 0, or the code of the error.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return errno }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
      return 0
    }
  }

  /// The text as it may be shown in one line.
  private static func oneLine(_ text: String) -> String {
    printable(text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

  /// Names from files may hold anything: characters that control a terminal, or the direction of the
  /// text, must not reach it.
  private static func printable(_ text: String) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.value {
      case 0x0A: false
      case ..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
      default: false
      }
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.reduce(into: "") { text, scalar in
      text += isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
  }
}

/// Standard output cannot be written.
struct OutputError: Error, CustomStringConvertible {
  let code: Int32

  var description: String {
    "standard output: cannot be written: \(String(cString: strerror(code)))"
  }
}
