import Datasets
import TestSupport
import Testing

@testable import Conversion

/// How the text of tables is read.
@Suite struct TableTextTests {
  let tables = Tables()

  @Test(
    arguments: [
      "a,b,y\n1,2,3.5\n4,5,6.5\n", "a,b,y\r\n1,2,3.5\r\n4,5,6.5\r\n", "a,b,y\n1,2,3.5\n4,5,6.5",
      "\u{FEFF}a,b,y\n1,2,3.5\n4,5,6.5\n", "\n\na,b,y\n1,2,3.5\n\n4,5,6.5\n\n",
      "a\tb\ty\n1\t2\t3.5\n4\t5\t6.5\n", "a;b;y\n1;2;3.5\n4;5;6.5\n", "a|b|y\n1|2|3.5\n4|5|6.5\n",
      "\"a\",\"b\",\"y\"\n\"1\",\"2\",\"3.5\"\n\"4\",\"5\",\"6.5\"\n",
      "a, b ,y\n 1 ,\t2, 3.5\n+4,5.0,65e-1 \n", "a,b,y\n1,2,3.5\n04,0.5e1,6.5000\r\n",
    ])
  func `the same table in other letters is the same table`(text: String) throws {
    let result = try tables.convert(text, target: "y")
    #expect(result.features == [[1, 2], [4, 5]])
    #expect(result.targets == [3.5, 6.5])
    #expect(result.information.featureNames == ["a", "b"])
  }

  @Test func `a decimal comma is read where it is asked for`() throws {
    let result = try tables.convert("a;y\n1,5;2,25\n-,5;1e1\n", target: "y") {
      $0.table.decimalPoint = UInt8(ascii: ",")
    }
    #expect(result.features == [[1.5], [-0.5]])
    #expect(result.targets == [2.25, 10])
  }

  @Test func `without a header columns go by their numbers`() throws {
    let result = try tables.convert("1,2,0\n3,4,1\n", target: "3")
    #expect(result.features == [[1, 2], [3, 4]])
    #expect(result.information.featureNames == ["1", "2"])
    let words = try tables.convert("a,b\nc,d\na,d\n", target: "2") { $0.table.hasHeader = false }
    #expect(words.summary.rows == [.train: 3])
  }

  @Test func `quoted fields keep delimiters, quotes and line ends`() throws {
    let text = "x,\"the, \"\"name\"\"\",y\n1,\"a,b\",0\n2,\"c\n\"\"d\"\"\",1\n3,\"a,b\",0\n"
    let result = try tables.convert(text, target: "y")
    #expect(
      result.information.featureNames
        == ["x", "the, \"name\"=a,b", "the, \"name\"=c\n\"d\""])
    #expect(result.features == [[1, 1, 0], [2, 0, 1], [3, 1, 0]])
  }

  @Test func `lines before the table are passed over`() throws {
    let result = try tables.convert("about, this\n\"\na,y\n1,0\n2,1\n", target: "y") {
      $0.table.skippedLines = 2
    }
    #expect(result.features == [[1], [2]])
  }

  /// Tables of many blocks, so that rows, and quoted ones, lie across their borders.
  @Test(arguments: [64, 1000, 4 << 10])
  func `where blocks are cut changes nothing`(blockBytes: Int) throws {
    var text = "a,b,c\n"
    for row in 0..<3000 {
      text += "\(row),\(row % 7 == 0 ? "\"x\n\(row),\"\"\"" : "w"),\(Double(row) / 8)\n"
    }
    let file = try TableFile(SourceFile(try tables.write(text)), options: TableOptions())
    nonisolated(unsafe) var rows: [String] = []
    try file.reader.forEachBlock(blockBytes: blockBytes) { cursor in
      var found: [String] = []
      while cursor.startRecord() {
        found.append([cursor.field().text, cursor.field().text, cursor.field().text].description)
        _ = cursor.finishRecord()
      }
      return found
    } accept: { found, place in
      #expect(place.firstRecord == rows.count && place.problems.isEmpty)
      rows += found
    }
    #expect(rows.count == 3000)
    for (row, fields) in rows.enumerated() {
      let word = row % 7 == 0 ? "x\n\(row),\"" : "w"
      #expect(fields == ["\(row)", word, "\(Double(row) / 8)"].description)
    }
  }

  @Test func `lines are counted as the records they are, wherever the file is cut`() throws {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<200 {
      let pieces = ["1,2", "\n", "\n", "\r\n", "\r", "3", "\r\r\n"]
      let body = (0..<random.below(20)).map { _ in pieces[random.below(pieces.count)] }.joined()
      let source = try SourceFile(try tables.write("a,b\n" + body))
      let reader = TableReader(source: source, dialect: TableDialect(), columns: 2, dataOffset: 4)
      nonisolated(unsafe) var records = 0
      try reader.forEachBlock {
        $0.skipRecords()
      } accept: {
        records += $1.records
      }
      for pieceBytes in [1, 2, 3, 7, 1 << 20] {
        let count = try LineCount(pieceBytes: pieceBytes).records(
          of: source, from: 4, reportingTo: PassProgress(.counting, over: [source]))
        #expect(count == records, "\(body.debugDescription) in pieces of \(pieceBytes)")
      }
    }
    let quoted = try SourceFile(try tables.write("a,b\n1,\"2\n\"\n"))
    let pass = PassProgress(.counting, over: [quoted])
    #expect(try LineCount().records(of: quoted, from: 4, reportingTo: pass) == nil)
  }

  @Test func `a stray quote does not shift the rows behind it`() throws {
    var text = "a,b,y\n"
    for row in 0..<2000 { text += row == 900 ? "1,5\" pipe,1\n" : "\(row),\"q,\(row % 3)\",1\n" }
    let result = try tables.convert(text, target: "y") { $0.skipsBadRows = true }
    #expect(result.summary.rows == [.train: 1999])
    #expect(result.numbers == Array(0..<900) + Array(901..<2000))
  }

  @Test(
    arguments: [
      (
        "a,y\n1,2\n3\n",
        "DIR/t.csv: line 3, row 2: the row has 1 field; expected 2, as the table's first line has; "
          + "mend it, or leave such rows out with --on-error skip"
      ),
      ("a,y\n1,2\n3,4,5\n", "DIR/t.csv: line 3, row 2: the row has 3 fields; expected 2"),
      ("a,y\n1,2\n\"3,4\n5,6\n", "DIR/t.csv: line 3, row 2, column \"a\": a quote is never closed"),
      (
        "a,y\n1,2\n3\",4\n", "DIR/t.csv: line 3, row 2, column \"a\": a quote stands inside a field"
      ),
      (
        "a,y\n1,2\n3,4,5\"\n", "DIR/t.csv: line 3, row 2, column 3: a quote stands inside a field"
      ),
      ("a,y\n1,2\n\"3\"x,4\n", "DIR/t.csv: line 3, row 2, column \"a\": text follows the quote"),
      ("a,y\n1,2\n\"\n\",2\nx\n", "DIR/t.csv: line 5, row 3: the row has 1 field"),
      (
        "a,y\n" + String(repeating: "1,2.5\n", count: 20) + "x,2\n",
        "DIR/t.csv: line 22, row 21, column \"a\": \"x\" is not a number; expected a number, as in"
      ),
      (
        "a,y\n1,2\n1e400,3\n",
        "DIR/t.csv: line 3, row 2, column \"a\": \"1e400\" is infinite, or be"
      ),
      (
        "a,y\n1,2\n-inf,3\n", "DIR/t.csv: line 3, row 2, column \"a\": \"-inf\" is infinite, or bey"
      ),
      (
        "a,y\n1,2\n,3\n", "DIR/t.csv: line 3, row 2, column \"a\": a value is missing; expected a v"
      ),
      ("a,y\n1,2\n3,NA\n", "DIR/t.csv: line 3, row 2, column \"y\": a value is missing"),
      ("", "DIR/t.csv: is empty"), ("\n\n", "DIR/t.csv: has no rows"),
      ("a,y\n", "DIR/t.csv: column \"a\" has no values"),
      ("a,a,y\n1,2,3\n", "DIR/t.csv: has two columns called \"a\"; expected different names"),
      (
        "a,b,c\n1,2,3\n",
        "--target: names \"y\", which DIR/t.csv has not; expected the columns \"a\""
      ),
      ("a,b,y\nx,,1\nx,,2\n", "DIR/t.csv: column \"b\" has no values; leave it out: --drop \"b\""),
      ("a\ry\r1\r2\r", "DIR/t.csv: has lines that end with carriage returns alone"),
      ("a\0b,y\n1,2\n", "DIR/t.csv: has a null byte at offset 1: it is no text"),
      ("y\n1\n", "DIR/t.csv: has no column left to learn from; expected features besides \"y\""),
    ])
  func `a bad table is refused by its place`(text: String, message: String) throws {
    let found = try tables.message(text) { $0.format = .csv }
    #expect(found.hasPrefix(message), "\(found)")
    #expect(try tables.folder.names() == ["t.csv"])
  }

  @Test func `text that is not UTF-8 is refused by its place`() throws {
    let bytes = Array("a,y\n1,2\nr".utf8) + [0xE9] + Array("d,3\n".utf8)
    let path = try tables.folder.write(bytes, to: "t.csv")
    let error = #expect(throws: ConversionError.self) {
      try tables.convert([.train: [path]]) { $0.table.targets = ["y"] }
    }
    #expect(error?.problem == "line 3, row 2: the text is not valid UTF-8")
  }

  @Test func `bad rows are skipped and counted where that is asked for`() throws {
    let text = "a,b,y\n1,x,0\n2\n3,x,1\n4,x,0,5\ninf,x,1\n6,\"x\"z,0\n7,x,1\n,x,1\n9,x,\n10,x,0\n"
    let result = try tables.convert(text, target: "y") { $0.skipsBadRows = true }
    #expect(result.features == [[1, 1], [3, 1], [7, 1], [10, 1]])
    #expect(result.numbers == [0, 2, 6, 9])
    #expect(result.summary.skippedRows == 6)
    #expect(result.summary.skippedExamples.count == 5)
    #expect(result.summary.skippedExamples[0].problem == "line 3, row 2: the row has 1 field")
  }

  @Test(
    arguments: [
      (
        "3,4\n" + String(repeating: "5", count: 200),
        "line 3, row 2: the row is longer than 100 bytes"
      ),
      ("3,\"4\n" + String(repeating: "5\n", count: 200), "line 2, row 1, column \"y\": a quote is"),
    ])
  func `a row that never ends is told, not waited for`(text: String, message: String) throws {
    var reader = try TableFile(
      SourceFile(try tables.write("a,y\n" + text)), options: TableOptions()
    )
    .reader
    reader.bufferBytes = 100
    let error = #expect(throws: ConversionError.self) {
      try reader.forEachBlock { cursor in
        while cursor.startRecord() { _ = cursor.finishRecord() }
      } accept: { _, place throws(ConversionError) in
        if let problem = place.problems.first { throw reader.error(problem, names: ["a", "y"]) }
      }
    }
    #expect(error?.problem.hasPrefix(message) == true, "\(error?.problem ?? "")")
  }

  @Test func `a compressed table is read`() throws {
    let path = try tables.folder.write(gzip(Array("a,y\n1,0\n2,1\n".utf8)), to: "t.csv.gz")
    let result = try tables.convert([.train: [path]]) { $0.table.targets = ["y"] }
    #expect(result.features == [[1], [2]])
  }
}
