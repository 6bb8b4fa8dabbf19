/// A literal of Python: what the header of an NPY file is. Nothing is ever evaluated.
enum PythonLiteral: Equatable {
  case string(String)
  case integer(Int)
  case boolean(Bool)
  case none
  /// A tuple or a list.
  case sequence([PythonLiteral])
  case dictionary([String: PythonLiteral])

  /// Why a text is no literal, and where.
  struct Failure: Error {
    var problem: String
    var offset: Int
  }

  /// - Throws: `Failure` where the text is anything but one literal and white space.
  init(_ text: [UInt8]) throws(Failure) {
    var parser = PythonLiteralParser(text)
    self = try parser.literal(depth: 0)
    try parser.end()
  }
}

/// Reads literals: strings, whole numbers, `True`, `False`, `None`, tuples, lists, dictionaries.
private struct PythonLiteralParser {
  private let text: [UInt8]
  private var offset = 0

  /// Deeper ones than this are no header.
  private static let mostDepth = 8

  init(_ text: [UInt8]) {
    self.text = text
  }

  mutating func literal(depth: Int) throws(PythonLiteral.Failure) -> PythonLiteral {
    guard depth < Self.mostDepth else { throw failure("is nested too deeply") }
    skipSpace()
    guard let byte = next else { throw failure("ends where a value should be") }
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "("): return .sequence(try sequence(to: UInt8(ascii: ")"), depth: depth))
    case UInt8(ascii: "["): return .sequence(try sequence(to: UInt8(ascii: "]"), depth: depth))
    case UInt8(ascii: "{"): return .dictionary(try dictionary(depth: depth))
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return .integer(try integer())
    default: return try word()
    }
  }

  mutating func end() throws(PythonLiteral.Failure) {
    skipSpace()
    guard next == nil else { throw failure("goes on after its end") }
  }

  private var next: UInt8? { offset < text.count ? text[offset] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
  }

  /// Skips space, then `byte` if it is there.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    offset += 1
    return true
  }

  private mutating func string() throws(PythonLiteral.Failure) -> String {
    let quote = text[offset]
    let start = offset + 1
    guard let end = text[start...].firstIndex(of: quote), !text[start..<end].contains(0x5C) else {
      throw failure("has a string without an end, or with escapes")
    }
    offset = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private mutating func integer() throws(PythonLiteral.Failure) -> Int {
    let start = offset
    if next == UInt8(ascii: "-") { offset += 1 }
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    guard let value = Int(String(decoding: text[start..<offset], as: UTF8.self)) else {
      offset = start
      throw failure("has a number that is out of range")
    }
    // Python 2 wrote long integers so.
    if next == UInt8(ascii: "L") { offset += 1 }
    return value
  }

  private mutating func word() throws(PythonLiteral.Failure) -> PythonLiteral {
    for (word, value) in [
      ("True", PythonLiteral.boolean(true)), ("False", .boolean(false)), ("None", .none),
    ] where text[offset...].starts(with: word.utf8) {
      offset += word.utf8.count
      return value
    }
    throw failure("has something that is no value")
  }

  private mutating func sequence(
    to close: UInt8, depth: Int
  ) throws(PythonLiteral.Failure) -> [PythonLiteral] {
    offset += 1
    var items: [PythonLiteral] = []
    while !take(close) {
      if !items.isEmpty {
        guard take(UInt8(ascii: ",")) else { throw failure("lacks a comma") }
        if take(close) { break }
      }
      items.append(try literal(depth: depth + 1))
    }
    return items
  }

  private mutating func dictionary(
    depth: Int
  ) throws(PythonLiteral.Failure) -> [String: PythonLiteral] {
    offset += 1
    var items: [String: PythonLiteral] = [:]
    while !take(UInt8(ascii: "}")) {
      if !items.isEmpty {
        guard take(UInt8(ascii: ",")) else { throw failure("lacks a comma") }
        if take(UInt8(ascii: "}")) { break }
      }
      guard case .string(let key) = try literal(depth: depth + 1), items[key] == nil else {
        throw failure("has a key that is no string, or is there twice")
      }
      guard take(UInt8(ascii: ":")) else { throw failure("lacks a colon") }
      items[key] = try literal(depth: depth + 1)
    }
    return items
  }

  private func failure(_ problem: String) -> PythonLiteral.Failure {
    PythonLiteral.Failure(problem: problem, offset: offset)
  }
}
