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
      audit.changes == ["x: 1 missing became 2.5", "c: became 2 features of 0 or 1"])
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
        "2 of the 6 rows of train are equal to another one there",
        "1 of the 4 rows of test are equal to another one there",
        "1 of the 2 rows of validation are also in train",
        "3 of the 4 rows of test are also in train or validation",
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
      let rows = (0..<400).map { _ in Int32.random(in: 0..<700, using: &generator) }
      seen[split] = rows
      try rows.withUnsafeBufferPointer { rows in
        let bytes = UnsafeRawBufferPointer(rows)
        try search.add(split, rows: rows.count, features: bytes, targets: bytes)
      }
    }
    let found = try search.finish()
    for split in SplitName.allCases {
      #expect(found.duplicates[split] == 400 - Set(seen[split]!).count)
    }
    let train = Set(seen[.train]!)
    let before = train.union(seen[.validation]!)
    #expect(found.leaked[.train] == nil)
    #expect(found.leaked[.validation] == seen[.validation]!.count { train.contains($0) })
    #expect(found.leaked[.test] == seen[.test]!.count { before.contains($0) })
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
        "x has the value 1000000, 32 deviations from its mean",
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
      $0.table.skipsBadRows = true
    }
    #expect(result.summary.audit.columns.map(\.greatest) == [2, 8, 1])
    #expect(findings(result) == ["1 bad row was left out"])
    #expect(result.summary.audit.changes == ["bad rows were left out: 1"])
  }
}
