import Datasets
import TestSupport
import Testing

@testable import Conversion

@Suite struct LibSVMTests {
  let folder = TemporaryDirectory()

  func open(_ text: String, test: String? = nil) throws -> LibSVMSource {
    var sources = [SplitName.train: [try SourceFile(folder.write(Array(text.utf8), to: "rows"))]]
    if let test { sources[.test] = [try SourceFile(folder.write(Array(test.utf8), to: "test"))] }
    let options = ConversionOptions(sources: [:], output: "")
    return try LibSVMSource.open(sources, options).splits[test == nil ? .train : .test]![0]
      as! LibSVMSource
  }

  /// Features of each row, then its target.
  func rows(_ source: LibSVMSource) throws -> [[Float]] {
    var rows: [[Float]] = []
    let width = source.schema.featureWidth
    try source.read(bandRows: 2) { band in
      let features = band.features.bindMemory(to: Float.self)
      for row in 0..<band.rows {
        let target =
          switch source.schema.targetType {
          case .uint8: Float(band.targets[row])
          default: band.targets.load(fromByteOffset: 4 * row, as: Float.self)
          }
        rows.append(Array(features[row * width..<(row + 1) * width]) + [target])
      }
    }
    return rows
  }

  @Test func `rows are made dense, their indices from 1`() throws {
    let source = try open("1 1:0.5 3:-2e1\n\n# comment\n0 2:+7 # more\r\n2\n")
    #expect(try rows(source) == [[0.5, 0, -20, 1], [0, 7, 0, 0], [0, 0, 0, 2]])
    #expect(source.schema.classNames == nil)
    #expect(source.notes.isEmpty)
  }

  @Test func `an index of 0 anywhere makes all count from 0`() throws {
    #expect(try rows(open("1 1:5\n0 0:7")) == [[0, 5, 1], [7, 0, 0]])
    #expect(try rows(open("1 1:5\n0 1:7", test: "0 0:3\n")) == [[3, 0, 0]])
  }

  @Test func `all splits are as wide as the widest, and have the same classes`() throws {
    #expect(try rows(open("1 4:5\n2 1:7", test: "2 1:3\n")) == [[3, 0, 0, 0, 1]])
  }

  @Test func `labels of -1 and 1 are two classes by these names`() throws {
    let source = try open("-1 1:1\n+1 1:2\n1 1:3\n")
    #expect(try rows(source).map(\.last) == [0, 1, 1])
    #expect(source.schema.classNames == ["-1", "1"])
  }

  @Test func `labels that are no whole numbers are values`() throws {
    let source = try open("1.5 1:1\n2 1:1\n")
    #expect(try rows(source).map(\.last) == [1.5, 2])
    #expect(source.schema.targetType == .float32)
  }

  @Test func `query numbers are left out, and that is told`() throws {
    let source = try open("1 qid:7 1:4\n")
    #expect(try rows(source) == [[4, 0]])
    #expect(source.notes == ["the query numbers (qid) of its rows are left out"])
  }

  @Test(
    arguments: [
      ("x 1:2", "line 1, byte 1: has \"x\" where the label should be; expected a number"),
      (
        "1 1:2\n1,3 1:2",
        "line 2, byte 1: has \"1,3\" where the label should be; expected a number;"
      ),
      ("1 1:2\n\n1 2147483648:1", "line 3, byte 3: has \"2147483648:1\", a feature beyond what"),
      ("1 99999999999999999999999:1", "line 1, byte 3: has \"99999999999999999999999:"),
      ("1 1048577:1", "line 1, byte 3: has \"1048577:1\", a feature beyond what a row"),
      ("1 -1:1", "line 1, byte 3: has \"-1:1\", which is no pair; expected index:value"),
      ("1 1:2 1:3", "line 1, byte 7: has \"1:3\", which comes after index 1; expected indices"),
      ("1 5:2 3:3", "line 1, byte 7: has \"3:3\", which comes after index 5"),
      ("1 1:a", "line 1, byte 3: has \"1:a\", which has no number for its value"),
      ("1 1:", "line 1, byte 3: has \"1:\", which has no number for its value"),
      ("1 1:1x", "line 1, byte 3: has \"1:1x\", which has no number for its value"),
      ("1 1:nan", "line 1, byte 3: has \"1:nan\", which is NaN, infinite or beyond"),
      ("1 1:1e39", "line 1, byte 3: has \"1:1e39\", which is NaN, infinite or beyond"),
      ("nan 1:1", "line 1, byte 1: has \"nan\" where the label should be"),
    ])
  func `a line that is no row is refused with its place`(text: String, message: String) {
    let error = #expect(throws: ConversionError.self) { try open(text) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("\(folder.file("rows")), \(message)"), "\(text)")
  }

  @Test func `bad lines are left out and counted where that is asked for`() throws {
    let file = try SourceFile(folder.write(Array("1 1:2\nx\n\n0 1:3\n1 1:\n".utf8), to: "rows"))
    var options = ConversionOptions(sources: [:], output: "")
    options.skipsBadRows = true
    let set = try LibSVMSource.open([.train: [file]], options)
    #expect(set.skipped.count == 2)
    #expect(set.skipped.examples.map(\.subject).first == "\(file.path), line 2, byte 1")
    let source = set.splits[.train]![0]
    var numbers: [Int]?
    try source.read(bandRows: 4) { numbers = $0.numbers }
    #expect(numbers == [0, 2])
    #expect(source.numberCount == 4)
  }

  @Test(arguments: 0..<5, 1...4)
  func `reading begins at any row, also within a band`(first: Int, bandRows: Int) throws {
    let text = "x\n" + (0..<5).map { "\($0 % 2) 1:\($0)\n" }.joined(separator: "?\n")
    let file = try SourceFile(folder.write(Array(text.utf8), to: "rows"))
    var options = ConversionOptions(sources: [:], output: "")
    options.skipsBadRows = true
    let source = try LibSVMSource.open([.train: [file]], options).splits[.train]![0]
    var (next, features, targets, numbers) = (first, [Float](), [UInt8](), [Int]())
    try source.read(bandRows: bandRows, from: RowPlace(row: first)) { band in
      #expect(band.firstRow == next)
      next += band.rows
      features += band.features.bindMemory(to: Float.self)
      targets += band.targets
      numbers += (0..<band.rows).map(band.number(ofRow:))
    }
    let rest = first..<5
    #expect(features == rest.map(Float.init))
    #expect(targets == rest.map { UInt8($0 % 2) })
    #expect(numbers == rest.map { 1 + 2 * $0 })
  }

  @Test func `whole numbers are values where the task says so`() throws {
    let file = try SourceFile(folder.write(Array("3 1:2\n5 1:3\n".utf8), to: "rows"))
    var options = ConversionOptions(sources: [:], output: "")
    options.table.task = .regression
    let source = try LibSVMSource.open([.train: [file]], options).splits[.train]![0]
    #expect(try rows(source as! LibSVMSource).map(\.last) == [3, 5])
  }

  @Test func `files without rows or features are refused`() {
    let empty = #expect(throws: ConversionError.self) { try open("# nothing\n") }
    #expect(empty?.problem == "has no rows")
    let bare = #expect(throws: ConversionError.self) { try open("1\n2\n") }
    #expect(bare?.problem == "has no features in any row")
  }

  @Test func `a line without an end is refused before it fills memory`() throws {
    let reader = LineReader(
      try SourceFile(folder.write([UInt8](repeating: 0x31, count: 65 << 20), to: "long")).open())
    let error = #expect(throws: ConversionError.self) { try reader.next() }
    #expect(error?.problem == "has a line 1 of more than 67108864 bytes")
  }
}
