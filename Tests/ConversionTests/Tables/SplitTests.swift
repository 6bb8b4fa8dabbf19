import Datasets
import TestSupport
import Testing

@testable import Conversion

/// How the rows of one source are drawn for several splits.
@Suite struct SplitTests {
  let tables = Tables()

  /// The row numbers of each split.
  func splits(
    _ text: String, _ change: (inout ConversionOptions) -> Void
  ) throws -> [SplitName: [Int]] {
    var found: [SplitName: [Int]] = [:]
    for split in SplitName.allCases {
      found[split] = try tables.convert([.train: [try tables.write(text)]], split: split.rawValue) {
        $0.table.targets = ["y"]
        $0.validationFraction = 0.2
        $0.testFraction = 0.2
        change(&$0)
      }.numbers
    }
    #expect(found.values.joined().sorted() == Array(0..<found.values.joined().count))
    return found
  }

  @Test func `stratified splits have each class's part`() throws {
    let rows = (0..<100).map { "\($0),\($0 < 70 ? "a" : $0 < 95 ? "b" : "c")\n" }.joined()
    let found = try splits("x,y\n" + rows) { $0.stratifies = true }
    for split in [SplitName.validation, .test] {
      #expect(found[split]!.count { $0 < 70 } == 14)
      #expect(found[split]!.count { 70..<95 ~= $0 } == 5)
      #expect(found[split]!.count { $0 >= 95 } == 1)
    }
    #expect(found[.train]!.count == 60)
    let other = try splits("x,y\n" + rows) {
      $0.stratifies = true
      $0.seed = 1
    }
    #expect(other[.test] != found[.test])
  }

  @Test func `a class with one row cannot be stratified`() throws {
    let text = "x,y\n" + (0..<20).map { "\($0),\($0 == 3 ? "odd" : "even")\n" }.joined()
    #expect(
      try tables.message(text) {
        $0.stratifies = true
        $0.testFraction = 0.2
      }
        == "--stratify: class odd has one row; expected at least 2, one for each split; leave the "
        + "class out, or split without --stratify")
  }

  @Test func `groups stay together, and are no feature`() throws {
    let rows = (0..<200).map { "\($0),p\($0 % 23),\($0 % 2)\n" }.joined()
    let found = try splits("x,person,y\n" + rows) { $0.groupBy = "person" }
    let people = found.mapValues { Set($0.map { $0 % 23 }) }
    #expect(people[.train]!.isDisjoint(with: people[.test]!))
    #expect(people[.train]!.isDisjoint(with: people[.validation]!))
    #expect(people[.test]!.isDisjoint(with: people[.validation]!))
    #expect(found.values.allSatisfy { $0.count >= 40 })
    #expect(try Dataset(path: tables.output).information.featureNames == ["x"])
  }

  @Test(arguments: ["2024-01-%", "%", "2024-01-%T10:00:00Z"])
  func `the latest rows are test, those before them validation`(pattern: String) throws {
    // Days 11 to 30 in an order of their own.
    let days = (0..<20).map { $0 * 7 % 20 + 11 }
    let rows = days.map { day in
      "1," + pattern.replacing("%", with: "\(day)") + ",\(day % 2)\n"
    }.joined()
    let found = try splits("x,day,y\n" + rows) { $0.timeOrder = "day" }
    #expect(Set(found[.test]!.map { days[$0] }) == [27, 28, 29, 30])
    #expect(Set(found[.validation]!.map { days[$0] }) == [23, 24, 25, 26])
  }

  @Test func `dates are seconds`() {
    #expect(Timestamp.seconds("1970-01-02") == 86_400)
    #expect(Timestamp.seconds("2024-03-01 00:00:01.5+01:00") == 1_709_247_601.5 - 0)
    #expect(Timestamp.seconds("2024-13-01") == nil && Timestamp.seconds("soon") == nil)
  }

  @Test func `IDX labels can be stratified`() throws {
    let images = try tables.folder.write(idx(8, [40, 1], (0..<40).map { $0 }), to: "images")
    let labels = try tables.folder.write(
      idx(8, [40], (0..<40).map { $0 < 30 ? 0 : 1 }), to: "labels")
    let test = try tables.convert([.train: [images, labels]], split: "test") {
      $0.stratifies = true
      $0.testFraction = 0.2
    }
    #expect(test.targets.count { $0 == 0 } == 6 && test.targets.count { $0 == 1 } == 2)
  }

  @Test func `what splits nothing, or twice, is refused`() throws {
    #expect(
      try tables.message("x,y\n1,0\n") { $0.stratifies = true }
        == "--stratify: splits nothing; expected --validation-fraction or --test-fraction")
    #expect(
      try tables.message("x,y\n1,0\n") {
        $0.stratifies = true
        $0.groupBy = "x"
        $0.testFraction = 0.5
      } == "--stratify and --group-by: are both given; expected one of them")
  }
}
