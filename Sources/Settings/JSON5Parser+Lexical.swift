extension JSON5Parser {
  var peek: UInt8? { position < text.count ? text[position] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  /// Passes over white space, a byte-order mark and comments.
  mutating func skipBlanks() throws {
    if position == 0, text.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    while let byte = peek {
      if byte == 0x20 || (0x09...0x0D).contains(byte) {
        position += 1
      } else if text[position...].starts(with: "//".utf8) {
        while peek != nil, peek != 0x0A { position += 1 }
      } else if text[position...].starts(with: "/*".utf8) {
        let start = position
        position += 2
        while !text[position...].starts(with: "*/".utf8) {
          guard position < text.count else {
            position = start
            throw mistake("a comment that is never closed")
          }
          position += 1
        }
        position += 2
      } else {
        return
      }
    }
  }

  /// The string that starts at a quote here.
  mutating func string() throws -> String {
    let start = position
    let quote = text[position]
    position += 1
    var bytes: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case quote:
        guard let string = String(validating: bytes, as: UTF8.self) else {
          position = start
          throw mistake("a string that is not valid UTF-8")
        }
        return string
      case UInt8(ascii: "\n"):
        position = start
        throw mistake("a string that is not closed on its line")
      case UInt8(ascii: "\\"): try bytes.append(contentsOf: escape())
      default: bytes.append(byte)
      }
    }
    position = start
    throw mistake("a string that is never closed")
  }

  /// What the escape after a backslash stands for, as UTF-8.
  private mutating func escape() throws -> [UInt8] {
    guard let byte = peek else { return [] }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "v"): return [0x0B]
    case UInt8(ascii: "0"): return [0x00]
    case 0x0A: return []
    case UInt8(ascii: "x"): return Array(String(try scalar(digits: 2)).utf8)
    case UInt8(ascii: "u"):
      return Array(String(try scalar(digits: 4)).utf8)
    default: return [byte]
    }
  }

  private mutating func scalar(digits: Int) throws -> Unicode.Scalar {
    var value = try codeUnit(digits: digits)
    if (0xD800..<0xDC00).contains(value), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let low = try codeUnit(digits: 4)
      if (0xDC00..<0xE000).contains(low) {
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
    }
    guard let scalar = Unicode.Scalar(value) else { throw mistake("half of a surrogate pair") }
    return scalar
  }

  private mutating func codeUnit(digits: Int) throws -> UInt32 {
    let word = text[position...].prefix(digits)
    guard word.count == digits, let value = UInt32(String(decoding: word, as: UTF8.self), radix: 16)
    else { throw mistake("expected \(digits) hexadecimal digits") }
    position += digits
    return value
  }

  /// An error at the present position, by line and column (both from 1).
  func mistake(_ problem: String) -> SettingsError {
    let before = text[..<min(position, text.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = position - (before.lastIndex(of: 0x0A) ?? -1)
    let ending = position >= text.count ? " (the text ends there)" : ""
    return SettingsError(
      path: source,
      problem: "is not valid JSON5, line \(line) column \(column)\(ending): \(problem)")
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isSign: Bool { self == UInt8(ascii: "-") || self == UInt8(ascii: "+") }

  /// Whether a key without quotes, or a word such as `true`, may start with this byte.
  var startsName: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
      || self == UInt8(ascii: "$") || self >= 0x80
  }

  var continuesName: Bool { startsName || isDigit }
}
