import TestSupport
import Testing

@testable import Conversion

/// Records of numbers alone take a short way.
@Suite struct PlainRecordTests {
  private static let numbers = [
    "1", "0", "2", "-2.5", "0.123456", "-0.000001", "1e5", "12345678901234567890", "-0", "3.4e38",
    ".5", "7.", "100000.25", "1234567.123456789", "00012", "9007199254740993", "1e-400",
  ]
  private static let others = [
    "+1", " 1", "1 ", "", "x", "nan", "inf", "1e39", "\"1\"", "1x", "1.2.3", "1-", "-", "-.", "1e",
    "1,2", "é",
  ]

  private struct Result: Equatable {
    var rows: [[UInt64]] = []
    var problems: [RecordProblem] = []
    var records = 0
    var consumed = 0
  }

  private func read(_ text: String, isFinal: Bool, plain: Bool) -> Result {
    let decoder = RowDecoder(
      actions: [
        .number(2, isRequired: true), .numberedClass(0, count: 3), .number(1, isRequired: true),
      ], missing: MissingWords([]), dialect: TableDialect())
    var result = Result()
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      var cursor = FieldCursor(
        bytes, block: 0..<bytes.count, isFinal: isFinal, dialect: decoder.dialect, columns: 3)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 3) { row in
        row.initialize(repeating: 0)
        while true {
          if !(plain && decoder.decodePlain(&cursor, into: row.baseAddress!)) {
            guard cursor.startRecord() else { break }
            decoder.decode(&cursor, into: row.baseAddress!)
            guard cursor.finishRecord() else { continue }
          }
          result.rows.append(row.map(\.bitPattern))
        }
      }
      result.problems = cursor.problems
      result.records = cursor.records
      result.consumed = cursor.consumed
    }
    return result
  }

  @Test func `a record of plain numbers is what its fields are, and others are left alone`() {
    var random = SeededGenerator(seed: 11)
    var plainRows = 0
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<random.below(5) {
        let fields = (0..<3).map { column in
          if random.below(12) == 0 { return Self.others[random.below(Self.others.count)] }
          return Self.numbers[random.below(column == 1 ? 3 : Self.numbers.count)]
        }
        text += fields.joined(separator: ",") + ["\n", "\n", "\r\n", "\n\n", ""][random.below(5)]
      }
      let isFinal = random.below(2) == 0
      let expected = read(text, isFinal: isFinal, plain: false)
      #expect(read(text, isFinal: isFinal, plain: true) == expected, "\(text.debugDescription)")
      plainRows += expected.rows.count
    }
    #expect(plainRows > 1000)
  }

  @Test func `rows that are added many at once give what each alone gives`() {
    var random = SeededGenerator(seed: 5)
    let blank = (0..<5).map {
      ColumnScan(ColumnScan.Wishes(isCategorical: false, numbers: $0 == 0 ? 101 : 0))
    }
    var (many, alone) = (blank, blank)
    let plain = PlainRows(rowWidth: 7)
    for row in 0..<3000 {
      let values = [
        Double(random.below(4)), Double.random(in: -1...1, using: &random),
        Double(Float.random(in: -1...1, using: &random)), Double(random.below(1000)) - 500,
        row < 2500 ? 7 : 7.5,
      ]
      for (place, value) in values.enumerated() { plain.next[place] = value }
      plain.append(to: &many)
      for (place, value) in values.enumerated() { alone[place].add(value) }
      if row % 700 == 699 {
        plain.flush(to: &many)
        many[1].add(.nan)
        alone[1].add(.nan)
      }
    }
    plain.flush(to: &many)
    for (fast, slow) in zip(many, alone) {
      #expect(fast.numbers == slow.numbers && fast.missing == slow.missing)
      #expect(fast.least == slow.least && fast.greatest == slow.greatest)
      #expect(fast.isInteger == slow.isInteger && fast.fitsFloat == slow.fitsFloat)
      #expect(fast.common == slow.common && fast.commonCount == slow.commonCount)
      #expect(fast.differentNumbers == slow.differentNumbers)
    }
    #expect(many.map(\.isInteger) == [true, false, false, true, false])
    #expect(many.map(\.fitsFloat) == [true, false, true, true, true])
  }
}
