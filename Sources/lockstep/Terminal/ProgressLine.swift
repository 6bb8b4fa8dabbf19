import Glibc

/// A line at the foot of a terminal that shows how far the work is, drawn over itself.
final class ProgressLine {
  /// What it shows.
  struct State {
    /// What is being done: "epoch 3/10".
    var title: String
    /// The part of the title's work that is done, 0…1; nil where that is not known.
    var fraction: Double?
    /// More, the most important first: rate, loss, time left. What does not fit is left out.
    var details: [String]
  }

  private var isShown = false

  /// Nil when standard error is no terminal.
  init?() {
    guard isatty(STDERR_FILENO) == 1, Self.environment("TERM") != "dumb" else { return nil }
  }

  func show(_ state: State) {
    write("\r" + Self.line(state, width: Self.width - 1, isUnicode: Self.isUnicode) + "\u{1b}[K")
    isShown = true
  }

  func clear() {
    guard isShown else { return }
    write("\r\u{1b}[K")
    isShown = false
  }

  /// The line, no wider than `width` columns.
  static func line(_ state: State, width: Int, isUnicode: Bool) -> String {
    guard let fraction = state.fraction else {
      return adding(state.details, to: state.title, width: width).prefix(columns: width)
    }
    let percent = Numbers.padded("\(Int(fraction * 100)) %", 5)
    var text = state.title + "  "
    let shortestBar = 8
    let ending = adding(
      state.details, to: "  " + percent, width: width - text.columns - shortestBar)
    let length = min(40, width - text.columns - ending.columns)
    guard length >= shortestBar else { return (state.title + ending).prefix(columns: width) }
    let done = min(length, max(0, Int(fraction * Double(length))))
    text += String(repeating: isUnicode ? "━" : "=", count: done)
    text += String(repeating: isUnicode ? "─" : ".", count: length - done)
    return text + ending
  }

  /// The text with the first details, as many as fit.
  private static func adding(_ details: [String], to text: String, width: Int) -> String {
    var text = text
    for detail in details {
      let longer = text + "  " + detail
      guard longer.columns <= width else { break }
      text = longer
    }
    return text
  }

  private static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether the user's locale says that the terminal shows UTF-8.
  private static let isUnicode: Bool = {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(environment).first { !$0.isEmpty }
    return locale?.uppercased().replacing("-", with: "").hasSuffix("UTF8") ?? false
  }()

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

extension String {
  /// Columns of a terminal that the text takes, at most.
  var columns: Int { reduce(0) { $0 + $1.columns } }

  /// The first characters, as many as fit into so many columns.
  func prefix(columns: Int) -> String {
    var left = columns
    return String(
      prefix { character in
        left -= character.columns
        return left >= 0
      })
  }
}

extension Character {
  /// From Hangul on characters may be wide.
  fileprivate var columns: Int { unicodeScalars.first!.value < 0x1100 ? 1 : 2 }
}
