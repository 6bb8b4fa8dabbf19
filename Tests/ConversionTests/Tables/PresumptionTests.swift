import Datasets
import TestSupport
import Testing

@testable import Conversion

/// Large tables that start with numbers are taken for numbers throughout, and read once.
@Suite struct PresumptionTests {
  let tables = Tables()

  /// Rows of decimals and a class; enough that the first piece is not all.
  func table(
    rows: Int = 6000, _ change: (Int, inout [String]) -> Void = { _, _ in }
  ) throws -> String {
    var text = "a,b,y\n"
    for row in 0..<rows {
      var fields = ["\(Double(row) / 10)", "\(row % 100).\(row % 7)", "\(row % 3)"]
      change(row, &fields)
      text += fields.joined(separator: ",") + "\n"
    }
    return try tables.write(text)
  }

  func convert(_ path: String, presuming: Bool, scaling: TableOptions.Scaling = .standardize) throws
    -> Tables.Result
  {
    try tables.convert([.train: [path]]) {
      $0.table.targets = ["y"]
      $0.table.scaling = scaling
      $0.table.imputation = .mean
      $0.leastPresumedBytes = presuming ? 0 : .max
    }
  }

  @Test func `reading once or twice makes the same dataset`() throws {
    let path = try table()
    let (once, twice) = (try convert(path, presuming: true), try convert(path, presuming: false))
    #expect(once.summary.fingerprint == twice.summary.fingerprint)
    #expect(once.information == twice.information)
    #expect(once.summary.featureType == .float64 && once.summary.targets == .classes(3))
  }

  @Test(
    arguments: [
      ("a", "word"), ("a", ""), ("a", "\"1.5\""), ("b", "red"), ("y", "3"), ("y", "2.5"),
      ("y", "x"),
    ])
  func `what comes late and is something else is found`(column: String, value: String) throws {
    let path = try table { row, fields in
      if row == 5500 { fields[["a": 0, "b": 1, "y": 2][column]!] = value }
    }
    func outcome(presuming: Bool) -> String {
      do {
        let result = try convert(path, presuming: presuming)
        return "\(result.summary.fingerprint) \(result.information)"
      } catch {
        return "\(error)"
      }
    }
    #expect(outcome(presuming: true) == outcome(presuming: false))
  }

  @Test func `a bad row that comes late is told by its place`() throws {
    let path = try table { row, fields in if row == 5500 { fields.append("9") } }
    let error = #expect(throws: ConversionError.self) { try convert(path, presuming: true) }
    #expect(error?.problem == "line 5502, row 5501: the row has 4 fields")
  }
}
