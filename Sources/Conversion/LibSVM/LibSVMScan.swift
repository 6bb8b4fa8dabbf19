/// What the rows of libsvm files are like, all of them together: found by a first reading.
struct LibSVMScan {
  /// Rows of each file, in the order in which they were added.
  private(set) var rowCounts: [Int] = []
  private var leastIndex = Int.max
  private var greatestIndex = -1
  /// The different labels, until there are too many to be classes, or one is no whole number.
  private var labels: Set<Int>? = []
  private(set) var hasQueries = false

  /// More different labels are taken for values.
  private static let mostLabels = 1 << 16

  /// Indices count from 0 if any is 0, as scikit-learn has it, else from 1.
  var firstIndex: Int { leastIndex == 0 ? 0 : 1 }
  /// Features of a row.
  var width: Int { greatestIndex - firstIndex + 1 }

  /// The labels in ascending order: the classes; nil when labels are values.
  var classes: [Int]? { labels?.sorted() }

  /// Reads a file to its end.
  mutating func add(_ file: SourceFile) throws(ConversionError) {
    var rows = 0
    try Self.forEachLine(of: file) { line in
      rows += 1
      hasQueries = hasQueries || line.hasQuery
      if let first = line.indices.first { leastIndex = min(leastIndex, first) }
      if let last = line.indices.last { greatestIndex = max(greatestIndex, last) }
      guard line.labelIsWhole, let label = Int(exactly: line.label) else {
        labels = nil
        return
      }
      labels?.insert(label)
      if labels?.count ?? 0 > Self.mostLabels { labels = nil }
    }
    guard rows > 0 else {
      throw ConversionError(subject: file.path, problem: "has no rows", expected: "at least one")
    }
    guard rows <= Int(Int32.max) else {
      throw ConversionError(
        subject: file.path, problem: "has \(rows) rows", expected: "at most \(Int32.max)")
    }
    rowCounts.append(rows)
  }

  /// Calls `body` with each row of a file.
  static func forEachLine(
    of file: SourceFile, _ body: (LibSVMLine) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let lines = LineReader(try file.open())
    var line = LibSVMLine()
    while let text = try lines.next() {
      let isRow: Bool
      do throws(LibSVMLine.Problem) {
        isRow = try line.parse(text)
      } catch {
        throw ConversionError(
          subject: "\(file.path), line \(lines.lineNumber), byte \(error.column)",
          problem: error.text, expected: error.expected, remedy: error.remedy)
      }
      if isRow { try body(line) }
    }
  }
}
