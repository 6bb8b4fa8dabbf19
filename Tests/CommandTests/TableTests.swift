import TestSupport
import Testing

/// Text tables, from training to prediction.
@Suite struct TableTests {
  let workshop = Workshop()

  /// Points of two classes around (0, 100) and (3, 400), some without their second number.
  func writeTable(_ name: String, rows: Int, firstRow: Int = 0, hasTarget: Bool = true) throws {
    var text = hasTarget ? "name;size;shade;weight\n" : "weight;shade;size\n"
    for row in firstRow..<firstRow + rows {
      let kind = row % 2
      let size = "\(3 * kind),\(row * 37 % 10)"
      let weight = row % 9 == 4 ? "NA" : "\(300 * kind + 100 + row * 31 % 50)"
      let shade = ["light", "dark", "grey"][row % 3]
      text +=
        hasTarget
        ? "\(["ant", "bee"][kind]);\(size);\(shade);\(weight)\n" : "\(weight);\(shade);\(size)\n"
    }
    try workshop.folder.write(Array(text.utf8), to: name)
  }

  @Test func `what was trained on a table predicts another as it is`() throws {
    try writeTable("points.csv", rows: 300)
    let converted = try workshop.json(
      "convert --output points.h5 --train points.csv --target name --decimal , --impute median "
        + "--scale standardize --validation-fraction 0.2 --test-fraction 0.2 --stratify")
    #expect(number(converted, "splits.test.rows") == 60)
    #expect(member(converted, "classNames") as? [String] == ["ant", "bee"])
    let trained = try workshop.json(
      "train --data points.h5 --output run --hidden 8 --epochs 20 --learning-rate 0.02")
    #expect(number(trained, "test.accuracy") == 1)

    try writeTable("more.csv", rows: 40, firstRow: 300)
    try writeTable("blind.csv", rows: 40, firstRow: 300, hasTarget: false)
    _ = try workshop.json("convert --output more.h5 --test more.csv --like run")
    let evaluated = try workshop.json("evaluate run --data more.h5")
    #expect(number(evaluated, "accuracy") == 1)
    for data in ["more.h5", "more.csv", "blind.csv"] {
      let predicted = try workshop.json("predict run --data \(data) --output \(data).csv")
      #expect(number(predicted, "rows") == 40)
    }
    let expected = try bytes(of: workshop.folder.file("more.h5.csv"))
    #expect(try bytes(of: workshop.folder.file("more.csv.csv")) == expected)
    #expect(try bytes(of: workshop.folder.file("blind.csv.csv")) == expected)
    #expect(try workshop.folder.names().allSatisfy { !$0.hasPrefix(".") })
  }

  @Test(
    arguments: [
      ("--target nothing", "--target: names \"nothing\", which points.csv has not; expected the"),
      ("", "--target: is missing: points.csv is a table; expected the column that is to be"),
      ("--target name --impute much", "--impute is much; expected mean, median, a number, or ref"),
      ("--target name --delimiter ab", "--delimiter is ab; expected one character, or tab"),
      (
        "--target name --delimiter , --decimal ,",
        "--delimiter and --decimal are the same character; expected two"
      ),
      ("--target name --like points.h5", "--target is given with --like, which says it already"),
    ])
  func `wrong options for tables are told`(options: String, message: String) throws {
    try writeTable("points.csv", rows: 20)
    let outcome = try workshop.lockstep("convert --output out.h5 --train points.csv \(options)")
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("lockstep: error: \(message)"), "\(outcome.error)")
    #expect(try workshop.folder.names() == ["points.csv"])
  }
}
