import CFastFloat

/// A line of a libsvm (svmlight) file: `label qid:n index:value …  # comment`.
struct LibSVMLine {
  /// The label as a number, and whether it is written as a whole one.
  private(set) var label = 0.0
  private(set) var labelIsWhole = true
  private(set) var hasQuery = false
  /// Indices, ascending, as they are written.
  private(set) var indices: [Int] = []
  private(set) var values: [Float] = []

  /// Larger indices are numbers that went astray, and no index at all from 2³¹ on.
  static let mostIndex = 1 << 20

  /// Why a line is none, and at which of its bytes, from 1.
  struct Problem: Error {
    var text: String
    var column: Int
    var expected: String
    var remedy: String?
  }

  /// Reads a line anew.
  /// - Returns: whether it is a row: not empty, and no comment.
  mutating func parse(_ line: UnsafeBufferPointer<UInt8>) throws(Problem) -> Bool {
    indices.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    hasQuery = false
    var scanner = Scanner(line)
    scanner.skipSpace()
    if scanner.isAtEnd { return false }
    let start = scanner.offset
    guard let label = scanner.number(), label.isFinite, scanner.isAtSpace else {
      scanner.offset = start
      throw Problem(
        text: "has \(scanner.word) where the label should be", column: start + 1,
        expected: "a number",
        remedy: scanner.word.contains(",") ? "several labels a row are not read" : nil)
    }
    self.label = label
    labelIsWhole = line[start..<scanner.offset].allSatisfy { ![0x2E, 0x65, 0x45].contains($0) }
    while true {
      scanner.skipSpace()
      if scanner.isAtEnd { return true }
      try parseEntry(&scanner)
    }
  }

  private mutating func parseEntry(_ scanner: inout Scanner) throws(Problem) {
    let start = scanner.offset
    if scanner.skip("qid:") {
      hasQuery = true
      scanner.skipWord()
      return
    }
    func problem(_ text: String, _ expected: String, _ remedy: String? = nil) -> Problem {
      var copy = scanner
      copy.offset = start
      return Problem(
        text: "has \(copy.word), \(text)", column: start + 1, expected: expected, remedy: remedy)
    }
    guard let index = scanner.index(), scanner.skip(":") else {
      throw problem("which is no pair", "index:value, such as 12:0.5")
    }
    guard index <= Self.mostIndex else {
      throw problem(
        "a feature beyond what a row of numbers may hold", "an index of at most \(Self.mostIndex)",
        "keep fewer features, for example by hashing or by a projection")
    }
    if let last = indices.last, index <= last {
      throw problem("which comes after index \(last)", "indices that ascend in a line")
    }
    guard let number = scanner.number(), scanner.isAtSpace else {
      throw problem("which has no number for its value", "index:value, such as 12:0.5")
    }
    guard Float(number).isFinite else {
      throw problem("which is NaN, infinite or beyond a float's range", "finite numbers")
    }
    indices.append(index)
    values.append(Float(number))
  }
}

/// Where a line is read.
private struct Scanner {
  private let line: UnsafeBufferPointer<UInt8>
  var offset = 0

  init(_ line: UnsafeBufferPointer<UInt8>) {
    self.line = line
  }

  private var next: UInt8? { offset < line.count ? line[offset] : nil }

  /// A comment ends a line.
  var isAtEnd: Bool { next == nil || next == UInt8(ascii: "#") }
  var isAtSpace: Bool { isAtEnd || next == 0x20 || next == 0x09 }

  /// The word that starts here, for messages.
  var word: String {
    let bytes = line[offset...].prefix { $0 != 0x20 && $0 != 0x09 }.prefix(24)
    return String(decoding: bytes, as: UTF8.self).debugDescription
  }

  mutating func skipSpace() {
    while next == 0x20 || next == 0x09 { offset += 1 }
  }

  mutating func skipWord() {
    while !isAtSpace { offset += 1 }
  }

  mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard offset + count <= line.count,
      (0..<count).allSatisfy({ line[offset + $0] == text.utf8Start[$0] })
    else { return false }
    offset += count
    return true
  }

  /// A whole number; a larger one than any index may be where it is out of range.
  mutating func index() -> Int? {
    var value = 0
    let start = offset
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1 << 40)
      offset += 1
    }
    return offset > start ? value : nil
  }

  mutating func number() -> Double? {
    guard let base = line.baseAddress else { return nil }
    // fast_float follows std::from_chars, which knows no plus.
    let sign = next == UInt8(ascii: "+") ? 1 : 0
    if sign == 1, offset + 1 < line.count, line[offset + 1] == UInt8(ascii: "-") { return nil }
    var value = 0.0
    guard
      let end = lockstep_parse_number(
        base + offset + sign, base + line.count, UInt8(ascii: "."), &value)
    else { return nil }
    offset = end - base
    return value
  }
}
