/// What the rows of libsvm files are like, all of them together: found by a first reading.
struct LibSVMScan {
  /// Of each file, in the order in which they were added: its good rows, and all.
  private(set) var rowCounts: [(rows: Int, numbers: Int)] = []
  private(set) var skipped = SkippedRows()
  private let skips: Bool
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

  /// - Parameter skips: whether bad lines are left out and counted, not an error.
  init(skips: Bool) {
    self.skips = skips
  }

  /// Reads a file to its end.
  /// - Parameter pass: is told how much was read.
  mutating func add(_ file: SourceFile, reportingTo pass: PassProgress) throws(ConversionError) {
    var rows = 0
    var numbers = 0
    try Self.forEachLine(of: file, reportingTo: pass) { line, _ throws(ConversionError) in
      numbers += 1
      switch line {
      case .success(let line):
        rows += 1
        add(line)
      case .failure(let problem):
        guard skips else { throw problem }
        skipped.add(problem)
      }
    }
    guard rows > 0 else {
      throw ConversionError(
        subject: file.path, problem: numbers == 0 ? "has no rows" : "has no good rows",
        expected: "at least one")
    }
    guard numbers <= Int(Int32.max) else {
      throw ConversionError(
        subject: file.path, problem: "has \(numbers) rows", expected: "at most \(Int32.max)")
    }
    rowCounts.append((rows, numbers))
  }

  private mutating func add(_ line: LibSVMLine) {
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

  /// Calls `body` with each row of a file, or what is wrong with it, and the row's number.
  /// - Parameter pass: is told how much was read; nil where that is told elsewhere.
  static func forEachLine(
    of file: SourceFile, reportingTo pass: PassProgress? = nil,
    _ body: (Result<LibSVMLine, ConversionError>, Int) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let reader = try file.open()
    let lines = LineReader(reader)
    pass?.begin(file.path)
    var bytesTaken = 0
    var line = LibSVMLine()
    var number = 0
    while let text = try lines.next() {
      if reader.bytesTaken != bytesTaken {
        bytesTaken = reader.bytesTaken
        pass?.advance(to: bytesTaken)
      }
      do throws(LibSVMLine.Problem) {
        guard try line.parse(text) else { continue }
      } catch {
        let problem = ConversionError(
          subject: "\(file.path), line \(lines.lineNumber), byte \(error.column)",
          problem: error.text, expected: error.expected, remedy: error.remedy)
        try body(.failure(problem), number)
        number += 1
        continue
      }
      try body(.success(line), number)
      number += 1
    }
    pass?.end(at: file.size)
  }
}
