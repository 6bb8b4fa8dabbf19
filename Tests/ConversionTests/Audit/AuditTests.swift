import Datasets
import TestSupport
import Testing

@testable import Conversion

@Suite struct AuditTests {
  let tables = Tables()

  func findings(_ result: Tables.Result) -> [String] { result.summary.audit.findings.map(\.text) }

  @Test func `columns are described, and what was changed is told`() throws {
    let text = "x,c,ok,y\n1,r,yes,0\n,g,no,1\n4,r,yes,1\n"
    let result = try tables.convert(text, target: "y") { $0.table.imputation = .mean }
    let audit = result.summary.audit
    #expect(audit.columns.map(\.name) == ["x", "c", "ok", "y"])
    #expect(
      audit.columns.map(\.type) == ["number", "category with 2 values", "boolean", "class"])
    #expect(audit.columns[0].missing == 1)
    #expect(audit.columns[0].least == 1 && audit.columns[0].greatest == 4)
    #expect(audit.columns[0].mean == 2.5 && audit.columns[0].deviation == 1.5)
    #expect(
      audit.changes == [
        "x: 1 missing became 2.5", "c: became 2 features of 0 or 1", "ok: words became 0 and 1",
      ])
    #expect(findings(result) == [])
    #expect(result.information.audit == audit.settings)
  }

  @Test func `rows that are there twice are counted, within splits and across`() throws {
    let train = try tables.write("x,y\n1,0\n2,1\n1,0\n1,0\n3,1\n1,1\n", to: "train.csv")
    let validation = try tables.write("x,y\n2,1\n9,0\n", to: "validation.csv")
    let test = try tables.write("x,y\n2,1\n9,0\n9,0\n8,1\n", to: "test.csv")
    let sources: [SplitName: [String]] = [
      .train: [train], .validation: [validation], .test: [test],
    ]
    let result = try tables.convert(sources) { $0.table.targets = ["y"] }
    #expect(result.summary.audit.duplicates == [.train: 2, .test: 1])
    #expect(result.summary.audit.leaked == [.validation: 1, .test: 3])
    #expect(
      findings(result) == [
        "2 of the 6 rows of train are equal to another one there (row 2 is 0, 3 is 0, from 0)",
        "1 of the 4 rows of test are equal to another one there (row 2 is 1, from 0)",
        "1 of the 2 rows of validation are also in train (row 0 is 1 of train, from 0)",
        "3 of the 4 rows of test are also in train or validation (row 0 is 1 of train, "
          + "1 is 1 of validation, 2 is 1 of validation, from 0)",
      ])
    let blind = try tables.convert(sources) {
      $0.table.targets = ["y"]
      $0.searchesDuplicates = false
    }
    #expect(blind.summary.audit.duplicates == nil && findings(blind) == [])
  }

  /// The same counts from memory as from files of so many hashes.
  @Test(arguments: [16, 100, 1_000_000])
  func `duplicates are found in any memory`(memoryRows: Int) throws {
    let search = DuplicateSearch(memoryRows: memoryRows, output: tables.output)
    var generator = SeededGenerator(seed: 3)
    var seen: [SplitName: [Int32]] = [:]
    for split in SplitName.allCases {
      let rows = (0..<2500).map { _ in Int32.random(in: 0..<4000, using: &generator) }
      seen[split] = rows
      try rows.withUnsafeBufferPointer { rows in
        let bytes = UnsafeRawBufferPointer(rows)
        try search.add(
          split, numbers: Array(0..<rows.count), features: bytes, targets: bytes)
      }
    }
    let found = try search.finish()
    for split in SplitName.allCases {
      #expect(found.duplicates[split] == 2500 - Set(seen[split]!).count)
    }
    let train = Set(seen[.train]!)
    let before = train.union(seen[.validation]!)
    #expect(found.leaked[.train] == nil)
    #expect(found.leaked[.validation] == seen[.validation]!.count { train.contains($0) })
    #expect(found.leaked[.test] == seen[.test]!.count { before.contains($0) })
    let trainRows = seen[.train]!
    let again = trainRows.indices.filter { trainRows[..<$0].contains(trainRows[$0]) }.prefix(3)
    #expect(
      found.examples.filter { $0.split == .train }.sorted { $0.row < $1.row }
        == again.map {
          Audit.Duplicate(
            split: .train, row: $0, otherSplit: .train,
            otherRow: trainRows.firstIndex(of: trainRows[$0])!)
        })
    #expect(try tables.folder.names() == [])
  }

  @Test func `what says nothing, stands far off or is rare is found`() throws {
    var text = "x,k,n,y\n"
    for row in 0..<1000 {
      text += "\(row == 500 ? 1e6 : Double(row)),7,\(row == 3 ? 1 : 0),\(row == 8 ? "b" : "a")\n"
    }
    let result = try tables.convert(text, target: "y")
    #expect(
      findings(result) == [
        "x has the value 1000000, 32 deviations from its mean, and 1 value more than 6 from it",
        "n has one value in at least 999 of 1000 rows",
        "one value in all rows of train: k",
        "class b has 1 of the 1000 rows of train",
      ])
  }

  @Test func `findings are an error where that is asked for, and nothing is written`() throws {
    let message = try tables.message("x,k,y\n1,7,0\n2,7,1\n") { $0.isStrict = true }
    #expect(
      message == "the audit: found: one value in all rows of train: k; expected nothing, as "
        + "--strict is given; nothing was written")
    #expect(try tables.folder.names() == ["t.csv"])
    #expect(try tables.message("x,k,y\n1,7,0\n2,8,1\n") { $0.isStrict = true } == "no error")
  }

  @Test func `what stands in rows that are left out is in no description`() throws {
    let result = try tables.convert("x,k,y\n1,7,0\n99,5\n2,8,1\n", target: "y") {
      $0.skipsBadRows = true
    }
    #expect(result.summary.audit.columns.map(\.greatest) == [2, 8, 1])
    #expect(findings(result) == ["1 bad row was left out"])
    #expect(result.summary.audit.changes == ["bad rows were left out: 1"])
  }

  /// Values of which a few are far off, as the table tells them and an array of the same rows does.
  @Test(arguments: ConversionOptions.Shuffle.allCases, [0, Int.max])
  func `outliers are counted by column`(shuffle: ConversionOptions.Shuffle, presumed: Int) throws {
    var random = SeededGenerator(seed: 4)
    let far: Set<Int> = [17, 400, 999, 1500]
    let text =
      "a,b,y\n"
      + (0..<2000).map { row in
        let value = Double.random(in: -1...1, using: &random) + (far.contains(row) ? 40 : 0)
        return "\(value),\(Double(row) / 7),\(row % 2)\n"
      }.joined()
    let audit = try tables.convert(text, target: "y") {
      $0.shuffle = shuffle
      $0.validationFraction = 0.2
      $0.leastPresumedBytes = presumed
    }.summary.audit
    #expect(audit.columns.map(\.outliers) == [4, 0, nil])
    #expect(
      audit.changes.contains("400 of the 2000 rows of train became validation, drawn at random"))
    #expect(audit.changes.contains("rows of train were shuffled (seed 0)") == (shuffle == .full))
  }

  @Test func `values that are not finite are counted by column where their rows are left out`()
    throws
  {
    let result = try tables.convert(
      "x,z,y\n1,2,0\ninf,1,0\n2,-inf,1\n1e39,5,1\n3,4,1\n", target: "y"
    ) {
      $0.skipsBadRows = true
    }
    #expect(result.summary.audit.columns.map(\.nonFinite) == [2, 1, 0])
    #expect(findings(result) == ["3 bad rows were left out"])
  }

  @Test func `words, columns that are left out and types that shrink are told as changes`() throws {
    let result = try tables.convert("id,x,ok,y\n7,1,no,b\n8,2,yes,a\n9,3,no,b\n", target: "y") {
      $0.table.dropped = ["id"]
    }
    #expect(
      result.summary.audit.changes == [
        "ok: words became 0 and 1", "y: words became classes, a 0 to b 1", "left out: id",
      ])
  }

  @Test func `arrays are described, each column or all as one`() throws {
    func describe(_ shape: [Int], _ values: [Int32]) throws -> Audit {
      let bytes = values.flatMap { withUnsafeBytes(of: $0.bigEndian) { Array($0) } }
      let features = try tables.folder.write(idx(0x0C, shape, bytes), to: "x")
      let targets = try tables.folder.write(
        idx(0x0C, [shape[0]], ConverterTests.big((0..<Int32(shape[0])).map { $0 % 2 })), to: "y")
      var options = ConversionOptions(
        sources: [.train: [features, targets]], output: tables.output)
      options.replacesExisting = true
      return try Converter.convert(options).audit
    }
    let rows = try describe([4, 3], [1, 7, 300, 2, 7, 300, 3, 7, 300, 6, 7, -1])
    #expect(rows.columns.map(\.name) == ["0", "1", "2"])
    #expect(rows.columns.map(\.type) == ["int16", "int16", "int16"])
    #expect(rows.columns.map(\.least) == [1, 7, -1])
    #expect(rows.columns.map(\.greatest) == [6, 7, 300])
    #expect(rows.columns[0].mean == 3 && rows.columns[0].deviation == 3.5.squareRoot())
    #expect(
      rows.changes == [
        "features: int32 became int16, which holds every value exactly",
        "targets: int32 became uint8, which holds every value exactly",
        "rows of train were shuffled (seed 0)",
      ])
    let images = try describe([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(images.columns.map(\.type) == ["2×2 uint8"])
    #expect(images.columns[0].mean == 4.5 && images.columns[0].greatest == 8)
    #expect(images.findings == [])
  }

  @Test func `bytes of images add up to what each by itself would`() throws {
    let bytes = (0..<3 * 50 * 60).map { UInt8(truncatingIfNeeded: 5 + 7 * $0 + $0 / 256) }
    var scan = FeatureScan(type: .uint8, rowShape: [50, 60])
    for rows in [0..<1, 1..<3] {
      bytes[rows.lowerBound * 3000..<rows.upperBound * 3000].withUnsafeBytes { scan.add($0) }
    }
    var expected = Moments()
    for byte in bytes { expected.add(Double(byte)) }
    #expect(scan.columns.map(\.numbers) == [expected])
    #expect(scan.columns[0].least == 0 && scan.columns[0].greatest == 255)
  }
}
