import Datasets
import HDF5
import Settings
import TestSupport
import Testing

@testable import Conversion

/// What columns become.
@Suite struct ColumnTests {
  let tables = Tables()

  @Test(
    arguments: [
      ("0,1,255", ElementType.uint8), ("-1,5,7", .int8), ("0,1,256", .uint16),
      ("-1,0,40000", .int32), ("0,1,4294967295", .uint32), ("-1,1,4294967295", .int64),
      ("0.5,1,2", .float32), ("0.1,1,2", .float64),
    ])
  func `numbers are stored in the smallest type that holds them`(
    values: String, type: ElementType
  ) throws {
    let rows = values.split(separator: ",").enumerated().map { "\($1),\($0 % 2)\n" }.joined()
    let path = try tables.write("x,y\n" + rows)
    var options = ConversionOptions(sources: [.train: [path]], output: tables.output)
    options.shuffle = .none
    options.table.targets = ["y"]
    #expect(try Converter.convert(options).featureType == type)
    let stored = try File(opening: tables.output).dataset("train/features")
    let wanted = values.split(separator: ",").map { Double($0)! }
    if type == .int64 {
      #expect(try stored.values(as: Int.self).map(Double.init) == wanted)
    } else {
      #expect(try stored.values(as: Double.self) == wanted)
    }
  }

  @Test func `words become categories, and yes and no become numbers`() throws {
    let text = "color,sold,y\nred,yes,0\nblue,no,1\nred,no,1\n"
    let hot = try tables.convert(text, target: "y")
    #expect(hot.information.featureNames == ["color=blue", "color=red", "sold"])
    #expect(hot.features == [[0, 1, 1], [1, 0, 0], [0, 1, 0]])
    let indexed = try tables.convert(text, target: "y") { $0.table.encoding = .index }
    #expect(indexed.information.featureNames == ["color", "sold"])
    #expect(indexed.features == [[1, 1], [0, 0], [1, 0]])
  }

  @Test func `numbers are categories where that is said, or where most fields are words`() throws {
    let said = try tables.convert("zip,y\n10,0\n9,1\n10,1\n", target: "y") {
      $0.table.categorical = ["zip"]
    }
    #expect(said.information.featureNames == ["zip=10", "zip=9"])
    let mixed = try tables.convert("size,y\nS,0\n44,1\nM,1\n", target: "y")
    #expect(mixed.information.featureNames == ["size=44", "size=M", "size=S"])
  }

  @Test func `columns are chosen and dropped by name`() throws {
    let text = "a,b,c,y\n1,2,3,0\n4,5,6,1\n"
    #expect(
      try tables.convert(text, target: "y") { $0.table.columns = ["c", "a"] }
        .features == [[1, 3], [4, 6]])
    #expect(
      try tables.convert(text, target: "y") { $0.table.dropped = ["b"] }
        .features == [[1, 3], [4, 6]])
    #expect(
      try tables.message(text) { $0.table.dropped = ["d"] }
        .hasPrefix("--drop: names \"d\", which DIR/t.csv has not"))
  }

  @Test func `text is refused with advice`() throws {
    let rows = (0..<30).map { "name \($0),\($0 % 2)\n" }.joined()
    #expect(
      try tables.message("name,y\n" + rows)
        == "DIR/t.csv: column \"name\" is text: it has 30 different values, such as \"name 0\"; "
        + "expected numbers, or a few categories; leave it out with --drop \"name\", or say "
        + "--categorical \"name\"")
  }

  @Test func `targets are classes by their words or numbers, or values`() throws {
    let words = try tables.convert("x,y\n1,dog\n2,cat\n3,dog\n", target: "y")
    #expect(words.summary.targets == .classes(2))
    #expect(words.information.classNames == ["cat", "dog"])
    #expect(words.targets == [1, 0, 1])
    let numbers = try tables.convert("x,y\n1,0\n2,2\n3,1\n", target: "y")
    #expect(numbers.summary.targets == .classes(3) && numbers.information.classNames == nil)
    let sparse = try tables.convert("x,y\n1,1990\n2,-5\n3,1990\n", target: "y")
    #expect(sparse.information.classNames == ["-5", "1990"] && sparse.targets == [1, 0, 1])
    let values = try tables.convert("x,y\n1,0\n2,2\n", target: "y") { $0.table.task = .regression }
    #expect(values.summary.targets == .values(1) && values.summary.targetType == .float32)
    let decimals = try tables.convert("x,y\n1,0\n2,2.5\n", target: "y")
    #expect(decimals.summary.targets == .values(1) && decimals.targets == [0, 2.5])
    let several = try tables.convert("x,y,z\n1,0,1\n2,2,3\n", target: "y") {
      $0.table.targets = ["y", "z"]
    }
    #expect(several.summary.targets == .values(2) && several.targets == [0, 1, 2, 3])
  }

  @Test func `other splits have the categories and classes of all and of train`() throws {
    let train = try tables.write("c,y\nred,a\nblue,b\n", to: "train.csv")
    let test = try tables.write("y,c\nb,green\na,red\n", to: "test.csv")
    let result = try tables.convert([.train: [train], .test: [test]], split: "test") {
      $0.table.targets = ["y"]
    }
    #expect(result.information.featureNames == ["c=blue", "c=green", "c=red"])
    #expect(result.features == [[0, 1, 0], [0, 0, 1]])
    #expect(result.targets == [1, 0])
    let strange = try tables.write("c,y\nred,z\n", to: "strange.csv")
    let error = #expect(throws: ConversionError.self) {
      try tables.convert([.train: [train], .test: [strange]]) { $0.table.targets = ["y"] }
    }
    #expect(error?.problem.hasPrefix("line 2, row 1, column \"y\": \"z\" is a class that") == true)
    let narrow = try tables.write("c\nred\n", to: "narrow.csv")
    #expect(throws: ConversionError.self) {
      try tables.convert([.train: [train], .test: [narrow]]) { $0.table.targets = ["y"] }
    }
  }

  static let gaps = "x,c,y\n1,r,0\n,r,1\n4,,1\n?,b,0\n10,r,1\n"

  @Test(
    arguments: [
      (TableOptions.Imputation.mean, 5.0), (.median, 4), (.constant(-1), -1),
    ])
  func `missing values are replaced, and marked`(
    imputation: TableOptions.Imputation, value: Double
  ) throws {
    let result = try tables.convert(Self.gaps, target: "y") {
      $0.table.missing = ["?"]
      $0.table.imputation = imputation
      $0.table.marksMissing = true
    }
    #expect(
      result.information.featureNames == ["x", "x missing", "c=b", "c=r", "c=(missing)"])
    #expect(
      result.features == [
        [1, 0, 0, 1, 0], [value, 1, 0, 1, 0], [4, 0, 0, 0, 1], [value, 1, 1, 0, 0],
        [10, 0, 0, 1, 0],
      ])
  }

  @Test func `scaling is fitted on the rows that are learned from`() throws {
    let train = try tables.write("x,k,y\n1,7,0\n2,7,1\n3,7,0\n10,7,1\n", to: "train.csv")
    let test = try tables.write("x,k,y\n1000,9,0\n", to: "test.csv")
    func fitted(_ scaling: TableOptions.Scaling) throws -> [Float] {
      let result = try tables.convert([.train: [train], .test: [test]]) {
        $0.table.targets = ["y"]
        $0.table.scaling = scaling
      }
      guard case .perFeature(let scale, let shift) = result.information.normalization else {
        return []
      }
      return scale + shift
    }
    // Mean 4, deviation √12.5; 1 to 10; quartiles 1.75, 2.5, 4.75. The constant 7 becomes 0.
    let deviation = Float(12.5.squareRoot())
    #expect(try fitted(.standardize) == [1 / deviation, 1, -4 / deviation, -7])
    #expect(try fitted(.minmax) == [1 / 9, 1, -1 / 9, -7])
    #expect(try fitted(.robust) == [1 / 3, 1, -2.5 / 3, -7])
    #expect(try fitted(.none) == [])
  }

  @Test func `rows drawn for other splits have no part in what is fitted`() throws {
    var text = "x,y\n"
    for row in 0..<100 { text += "\(row == 7 ? "" : String(row * row)),\(row % 2)\n" }
    let result = try tables.convert(text, target: "y") {
      $0.testFraction = 0.3
      $0.table.imputation = .mean
      $0.table.scaling = .standardize
    }
    let kept = result.numbers.filter { $0 != 7 }.map { Double($0 * $0) }
    let mean = kept.reduce(0, +) / Double(kept.count)
    let imputed = result.numbers.contains(7) ? [mean] : []
    let all = kept + imputed
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
    guard case .perFeature(let scale, let shift) = result.information.normalization else {
      Issue.record("no scaling")
      return
    }
    #expect(abs(Double(scale[0]) * variance.squareRoot() - 1) < 1e-6)
    #expect(abs(Double(shift[0]) * variance.squareRoot() / mean + 1) < 1e-6)
  }

  @Test func `order statistics are exact`() {
    let values = [3.5, -2, 1e300, -1e-300, 0, 7, 7, -9e9, 2.25]
    var search = OrderSearch()
    for rank in values.indices { search.add(column: 0, rank: rank) }
    while search.isUnfinished {
      for value in values { search.see(value, column: 0) }
      search.narrow()
    }
    #expect(values.indices.map { search.result($0) } == values.sorted())
  }

  @Test func `preprocessing comes back from its settings`() throws {
    _ = try tables.convert(Self.gaps, target: "y") {
      $0.table.missing = ["?"]
      $0.table.imputation = .median
    }
    let stored = try #require(try Dataset(path: tables.output).information.preprocessing)
    let preprocessing = try Preprocessing(settings: stored, path: "stored")
    #expect(preprocessing.settings == stored)
    #expect(preprocessing.columns.map(\.imputed) == [4, 2])
  }

  @Test func `new data become what the first ones did`() throws {
    let result = try tables.convert(Self.gaps, target: "y") {
      $0.table.missing = ["?"]
      $0.table.imputation = .mean
      $0.table.scaling = .standardize
    }
    let recipe = TableRecipe(
      preprocessing: try Preprocessing(
        settings: try #require(result.information.preprocessing), path: "stored"),
      normalization: try #require(result.information.normalization))
    let more = try tables.write("more,y,c,x\n9,1,b,300\n9,0,,?\n", to: "more.csv")
    let like = try tables.convert([.test: [more]], split: "test") { $0.like = recipe }
    #expect(like.features == [[300, 1, 0, 0], [5, 0, 0, 1]])
    #expect(like.targets == [1, 0])
    #expect(like.information.normalization == recipe.normalization)
    #expect(like.information.preprocessing == result.information.preprocessing)
    let bare = try tables.write("x,c\n3,b\n", to: "bare.csv")
    #expect(throws: ConversionError.self) {
      try tables.convert([.test: [bare]], split: "test") { $0.like = recipe }
    }
    let blind = try tables.convert([.test: [bare]], split: "test") {
      $0.like = recipe
      $0.readsTargets = false
    }
    #expect(blind.features == [[3, 1, 0, 0]])
    let strange = try tables.write("x,c,y\n3,green,0\n", to: "strange.csv")
    let error = #expect(throws: ConversionError.self) {
      try tables.convert([.test: [strange]]) { $0.like = recipe }
    }
    #expect(error?.problem.contains("column \"c\": \"green\" is a category that") == true)
  }
}
