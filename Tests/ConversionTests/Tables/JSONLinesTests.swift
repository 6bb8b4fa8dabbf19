import Datasets
import TestSupport
import Testing

@testable import Conversion

/// Tables of JSON lines.
@Suite struct JSONLinesTests {
  let tables = Tables()

  @Test func `objects are rows, and arrays columns`() throws {
    let text = """
      {"x": [1, 2.5], "color": "r\\u00e4d \\"x\\"", "ok": true, "y": "a"}

      {"y": "b", "x" : [-3e1,4], "ok": false, "color": "blue"}\r
      {"x": [5, null], "color": null, "ok": true, "y": "a"}
      """
    let result = try tables.convert(text, target: "y") { $0.table.imputation = .constant(9) }
    #expect(
      result.information.featureNames
        == ["x[0]", "x[1]", "color=blue", "color=räd \"x\"", "color=(missing)", "ok"])
    #expect(
      result.features == [[1, 2.5, 0, 1, 0, 1], [-30, 4, 1, 0, 0, 0], [5, 9, 0, 0, 1, 1]])
    #expect(result.information.classNames == ["a", "b"] && result.targets == [0, 1, 0])
  }

  @Test func `a key that is not there is a missing value`() throws {
    let text = "{\"x\": 1, \"y\": 0}\n{\"y\": 1}\n"
    #expect(
      try tables.message(text).hasPrefix(
        "DIR/t.csv: line 2, row 2, column \"x\": a value is missing"))
    let result = try tables.convert(text, target: "y") { $0.table.imputation = .mean }
    #expect(result.features == [[1], [1]])
  }

  @Test func `a table of JSON lines is the table of the same rows as CSV`() throws {
    var (json, csv) = ("", "a,b,y\n")
    for row in 0..<20_000 {
      json += "{\"a\": \(Double(row) / 8), \"b\": \"k\(row % 5)\", \"y\": \(row % 2)}\n"
      csv += "\(Double(row) / 8),k\(row % 5),\(row % 2)\n"
    }
    let one = try tables.convert([.train: [try tables.write(json, to: "t.jsonl")]]) {
      $0.table.targets = ["y"]
    }
    let other = try tables.convert(csv, target: "y")
    #expect(one.summary.fingerprint == other.summary.fingerprint)
  }

  @Test(
    arguments: [
      ("{\"x\": 1, \"y\": 0}\n{\"x\": 2, \"y\": 1", "line 2, row 2: the line is not valid JSON"),
      (
        "{\"x\": 1, \"y\": 0}\n{\"x\": 2, \"z\": 1}\n",
        "line 2, row 2: the object has the key \"z\""
      ),
      (
        "{\"x\": 1, \"y\": 0}\n{\"x\": {}, \"y\": 1}\n",
        "line 2, row 2, column \"x\": the value is n"
      ),
      (
        "{\"x\": [1], \"y\": 0}\n{\"x\": [1, 2], \"y\": 1}\n",
        "line 2, row 2, column \"x[0]\": the arra"
      ),
      (
        "{\"x\": [1], \"y\": 0}\n{\"x\": 1, \"y\": 1}\n",
        "line 2, row 2, column \"x[0]\": the value is"
      ),
      ("{\"x\": 1, \"y\": 0}\n[2, 1]\n", "line 2, row 2: the line is no object"),
      ("{\"x\": 1, \"y\": 0}\n{\"x\": 1, \"y\": 1} 2\n", "line 2, row 2: text follows the object"),
      ("{\"x\": {\"z\": 1}, \"y\": 0}\n", "does not start with a line of JSON"),
      ("{}\n", "does not start with a line of JSON"),
      ("{\"x\"", "does not start with a line of JSON"),
    ])
  func `a bad line is refused by its place`(text: String, message: String) throws {
    let found = try tables.message(text)
    #expect(found.hasPrefix("DIR/t.csv: \(message)"), "\(found)")
  }
}
