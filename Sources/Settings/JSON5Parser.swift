extension SettingValue {
  /// Reads JSON5 text: JSON with comments, trailing commas, unquoted keys and single quotes.
  ///
  /// - Parameter source: what the text is, for messages: a path.
  /// - Throws: `SettingsError` with the line and column of the first mistake. A key that stands
  ///   twice in an object is a mistake.
  public init(json5 text: some Sequence<UInt8>, source: String) throws {
    var parser = JSON5Parser(text: Array(text), source: source)
    self = try parser.document()
  }
}

/// A recursive-descent reader of JSON5 (json5.org, version 1.0.0).
///
/// Foundation's decoder accepts JSON5 too, but on Linux its error says neither line nor column.
struct JSON5Parser {
  /// Objects and arrays nested deeper than this are refused rather than overflowing the stack.
  static let maximumDepth = 64

  let text: [UInt8]
  let source: String
  var position = 0

  init(text: [UInt8], source: String) {
    self.text = text
    self.source = source
  }

  mutating func document() throws -> SettingValue {
    let value = try value(depth: 0)
    try skipBlanks()
    guard position == text.count else { throw mistake("expected the end of the text") }
    return value
  }

  private mutating func value(depth: Int) throws -> SettingValue {
    guard depth < Self.maximumDepth else {
      throw mistake("nested deeper than \(Self.maximumDepth) levels")
    }
    try skipBlanks()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
    case let byte? where byte.isSign || byte.isDigit || byte == UInt8(ascii: "."):
      return try number()
    case let byte? where byte.startsName:
      let start = position
      switch name() {
      case "true": return .boolean(true)
      case "false": return .boolean(false)
      case "null": return .null
      case "Infinity", "NaN":
        position = start
        return try number()
      case let word:
        position = start
        throw mistake("expected a value, found '\(word)'; strings stand in quotes")
      }
    default: throw mistake("expected a value")
    }
  }

  private mutating func object(depth: Int) throws -> SettingValue {
    var members: [String: SettingValue] = [:]
    position += 1
    while true {
      try skipBlanks()
      if take(UInt8(ascii: "}")) { return .object(members) }
      let start = position
      let key: String
      if peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "'") {
        key = try string()
      } else {
        key = name()
        guard !key.isEmpty else { throw mistake("expected a key or '}'") }
      }
      guard members[key] == nil else {
        position = start
        throw mistake("the key '\(key)' stands twice in this object")
      }
      try skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw mistake("expected ':' after the key '\(key)'") }
      members[key] = try value(depth: depth + 1)
      try skipBlanks()
      if take(UInt8(ascii: ",")) || peek == UInt8(ascii: "}") { continue }
      throw mistake("expected ',' or '}'")
    }
  }

  private mutating func array(depth: Int) throws -> SettingValue {
    var values: [SettingValue] = []
    position += 1
    while true {
      try skipBlanks()
      if take(UInt8(ascii: "]")) { return .array(values) }
      values.append(try value(depth: depth + 1))
      try skipBlanks()
      if take(UInt8(ascii: ",")) || peek == UInt8(ascii: "]") { continue }
      throw mistake("expected ',' or ']'")
    }
  }

  private mutating func number() throws -> SettingValue {
    let start = position
    while let byte = peek, byte.isSign || byte == UInt8(ascii: ".") || byte.continuesName {
      // a sign belongs to the number at its start and after the exponent's e
      if byte.isSign, position > start, text[position - 1] | 0x20 != UInt8(ascii: "e") { break }
      position += 1
    }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    var digits = word[...]
    let negative = digits.first == "-"
    if negative || digits.first == "+" { digits.removeFirst() }
    let magnitude: SettingValue? =
      if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
        Int(digits.dropFirst(2), radix: 16).map { .integer($0) }
      } else if digits == "Infinity" {
        .number(.infinity)
      } else if digits == "NaN" {
        .number(.nan)
      } else if digits.allSatisfy({ $0.isNumber || "+-.eE".contains($0) }) {
        Int(digits).map { .integer($0) } ?? Double(Self.padded(digits)).map { .number($0) }
      } else {
        nil
      }
    switch magnitude {
    case .integer(let value): return .integer(negative ? -value : value)
    case .number(let value): return .number(negative ? -value : value)
    default:
      position = start
      throw mistake("'\(word)' is not a number")
    }
  }

  /// `.5` and `5.` are numbers in JSON5, not for `Double.init`.
  private static func padded(_ digits: Substring) -> String {
    var text = digits.first == "." ? "0" + digits : String(digits)
    if text.last == "." { text += "0" }
    return text.replacing(".e", with: ".0e").replacing(".E", with: ".0E")
  }

  private mutating func name() -> String {
    let start = position
    if let byte = peek, byte.startsName {
      while let byte = peek, byte.continuesName { position += 1 }
    }
    return String(decoding: text[start..<position], as: UTF8.self)
  }
}
