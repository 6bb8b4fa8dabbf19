import Datasets
import Foundation
import HDF5
import TestSupport
import Testing

@testable import Conversion

/// Conversions of arrays with bad rows that are left out.
@Suite struct BadRowTests {
  let folder = TemporaryDirectory()
  var output: String { folder.file("out.h5") }

  /// What a dataset holds: of each split all but the rows' numbers, and these.
  struct Content: Equatable {
    var rows: [String: [[Double]]] = [:]
    var numbers: [String: [Int]] = [:]
  }

  func content() throws -> Content {
    let file = try File(opening: output)
    var content = Content()
    for split in try Dataset(path: output).splits.keys.map(\.rawValue) {
      let columns = ["features", "targets", "weights"].compactMap { name in
        try? file.dataset("\(split)/\(name)").values(as: Double.self)
      }
      content.numbers[split] = try file.dataset("\(split)/row").values(as: Int.self)
      content.rows[split] = columns
    }
    return content
  }

  func convert(
    _ sources: [SplitName: [String]], skips: Bool = true,
    _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> ConversionSummary {
    var options = ConversionOptions(sources: sources, output: output)
    options.replacesExisting = true
    options.skipsBadRows = skips
    change(&options)
    return try Converter.convert(options)
  }

  /// Writes an array of three features a row, the last of which is bad in some rows.
  /// - Returns: the files of all rows, and those of the good ones.
  func arrays<Number: BinaryFloatingPoint & BitwiseCopyable>(
    _ name: String, _ type: String, rows: Int, bad: [Int: Number]
  ) throws -> (all: [String], good: [String]) {
    func write(_ name: String, _ rows: [Int]) throws -> [String] {
      let features = rows.flatMap { row -> [Number] in
        [Number(row * 37 % 11), Number(row % 50) / 8, bad[row] ?? 1]
      }
      return [
        try folder.write(npy(type, [rows.count, 3], features.bytes), to: name + "-x.npy"),
        try folder.write(
          npy("<i8", [rows.count], rows.map { Int64($0 % 3) }.bytes), to: name + "-y.npy"),
      ]
    }
    return (
      try write(name, Array(0..<rows)),
      try write(name + "-good", (0..<rows).filter { bad[$0] == nil })
    )
  }

  /// Expects the rows of sources to be those of sources without the bad ones.
  /// - Parameter kept: the numbers of the good rows of each split's sources.
  func expectSame(
    _ sources: [SplitName: [String]], _ good: [SplitName: [String]],
    kept: [SplitName: [Int]], skipped: Int,
    _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws {
    let expected = try convert(good, skips: false, change)
    let wanted = try content()
    let summary = try convert(sources, change)
    let found = try content()
    #expect(found.rows == wanted.rows)
    for (split, numbers) in wanted.numbers {
      let source =
        good[SplitName(rawValue: split)!] == nil ? SplitName.train : .init(rawValue: split)!
      #expect(found.numbers[split] == numbers.map { kept[source]![$0] })
    }
    #expect(summary.skippedRows == skipped)
    #expect(summary.skippedExamples.count == min(5, skipped))
    #expect(summary.classCounts == expected.classCounts)
    #expect(summary.featureType == expected.featureType)
    #expect(summary.compression == expected.compression)
    let columns = summary.audit.columns.map { column in
      var column = column
      column.nonFinite = 0
      return column
    }
    #expect(columns == expected.audit.columns)
    #expect(summary.audit.changes == expected.audit.changes)
    #expect(summary.audit.duplicates == expected.audit.duplicates)
    #expect(summary.audit.findings.contains { $0.kind == .skippedRows })
  }

  @Test func `rows of floats that are not finite are left out and told`() throws {
    let bad: [Int: Float] = [0: .nan, 7: .infinity, 8: -.infinity, 99: .nan]
    let (all, good) = try arrays("a", "<f4", rows: 100, bad: bad)
    try expectSame(
      [.train: all], [.train: good], kept: [.train: (0..<100).filter { bad[$0] == nil }],
      skipped: 4)
    let summary = try convert([.train: all])
    #expect(
      summary.skippedExamples.map(\.place)
        == [0, 7, 8, 99].map {
          "\(all[0]): has a number that is NaN, infinite or beyond a float's range in row \($0), "
            + "column 2 (counted from 0)"
        })
    #expect(summary.audit.findings.map(\.text).contains("4 bad rows were left out"))
  }

  @Test func `numbers that are not finite are counted by feature`() throws {
    let values: [Float] = [1, .nan, 2, .infinity, .nan, 3, 4, 5, 6, -.infinity, 7, 8]
    func columns(_ shape: [Int]) throws -> [Audit.Column] {
      let files = [
        try folder.write(npy("<f4", shape, values.bytes), to: "x.npy"),
        try folder.write(npy("|u1", [shape[0]], (0..<UInt8(shape[0])).map { $0 % 2 }), to: "y.npy"),
      ]
      return try convert([.train: files]).audit.columns
    }
    #expect(try columns([6, 2]).map(\.nonFinite) == [1, 3])
    #expect(try columns([6, 2, 1]).map(\.nonFinite) == [4])
  }

  @Test func `numbers of lines that were left out are not said to be finite`() throws {
    let file = try folder.write(Array("1 1:2\n0 1:nan\n0 1:3\n".utf8), to: "rows.svm")
    #expect(try convert([.train: [file]]).audit.columns.map(\.nonFinite) == [nil])
  }

  @Test func `rows of doubles beyond a float's range are left out, and decide no type`() throws {
    let bad: [Int: Double] = [0: 1e300, 1: .nan, 40: -1e39]
    let (all, good) = try arrays("a", "<f8", rows: 41, bad: bad)
    try expectSame(
      [.train: all], [.train: good], kept: [.train: Array(2..<40)], skipped: 3)
    #expect(try convert([.train: all]).featureType == .float32)
  }

  @Test func `bad rows at the end leave the fingerprint of the rest`() throws {
    let (all, good) = try arrays("a", "<f4", rows: 60, bad: [58: Float.nan, 59: .nan])
    let expected = try convert([.train: good], skips: false).fingerprint
    #expect(try convert([.train: all]).fingerprint == expected)
  }

  @Test(arguments: ["random", "stratified"], ConversionOptions.Shuffle.allCases)
  func `splits are drawn from the good rows of all files`(
    split: String, shuffle: ConversionOptions.Shuffle
  ) throws {
    let first = try arrays("a", "<f4", rows: 80, bad: [0: Float.nan, 30: .nan, 31: .nan])
    let second = try arrays("b", "<f4", rows: 50, bad: [49: Float.infinity])
    let third = try arrays("c", "<f4", rows: 20, bad: [5: Float.nan])
    try expectSame(
      [.train: first.all + second.all, .test: third.all],
      [.train: first.good + second.good, .test: third.good],
      kept: [
        .train: (0..<129).filter { ![0, 30, 31].contains($0) },
        .test: (0..<20).filter { $0 != 5 },
      ], skipped: 5
    ) {
      $0.validationFraction = 0.25
      $0.stratifies = split == "stratified"
      $0.shuffle = shuffle
    }
  }

  @Test(arguments: [false, true])
  func `the compression is chosen by the good rows, however they are stored`(zipped: Bool) throws {
    let (all, good) = try arrays("a", "<f4", rows: 500, bad: [1: Float.nan, 3: .nan])
    if zipped {
      for path in all + good {
        try Data(gzip(try bytes(of: path))).write(to: URL(fileURLWithPath: path))
      }
    }
    for shuffle in ConversionOptions.Shuffle.allCases {
      try expectSame(
        [.train: all], [.train: good], kept: [.train: (0..<500).filter { $0 != 1 && $0 != 3 }],
        skipped: 2
      ) {
        $0.choosesCompression = true
        $0.shuffle = shuffle
      }
    }
  }

  @Test func `rows with targets that are not finite are left out`() throws {
    let x = try folder.write(npy("|u1", [4, 2], Array(0..<8)), to: "x.npy")
    let targets: [Double] = [1, .nan, 3, 1e39]
    let y = try folder.write(npy("<f8", [4], targets.bytes), to: "y.npy")
    let summary = try convert([.train: [x, y]]) { $0.shuffle = .none }
    #expect(try content().rows == ["train": [[0, 1, 4, 5], [1, 3]]])
    #expect(try content().numbers == ["train": [0, 2]])
    #expect(
      summary.skippedExamples.map(\.place)
        == [1, 3].map {
          "\(y): has a number that is NaN, infinite or beyond a float's range in row \($0), "
            + "column 0 (counted from 0)"
        })
  }

  @Test func `a row is counted once and examples come in the rows' order`() throws {
    let features: [Float] = [1, .nan, .nan, 1, 1, 1, 2, 2, 2, .nan, 1, 1, 1, 1]
    let targets: [Float] = [.nan, .nan, .nan, 1, 2, 3, .nan]
    let x = try folder.write(npy("<f4", [7, 2], features.bytes), to: "x.npy")
    let y = try folder.write(npy("<f4", [7], targets.bytes), to: "y.npy")
    let summary = try convert([.train: [x, y]])
    #expect(summary.skippedRows == 5)
    #expect(summary.skippedExamples.map(\.subject) == [x, x, y, x, y])
    #expect(summary.rows == [.train: 2])
  }

  @Test func `labels that are no class are left out`() throws {
    let labels: [Int64] = [0, -1, 2, 1 << 40, 1]
    let x = try folder.write(npy("|u1", [5, 1], Array(0..<5)), to: "x.npy")
    let y = try folder.write(npy("<i8", [5], labels.bytes), to: "y.npy")
    var summary = try convert([.train: [x, y]]) { $0.shuffle = .none }
    #expect(try content().rows == ["train": [[0, 2, 4], [0, 2, 1]]])
    #expect(summary.targetType == .uint8)
    #expect(
      summary.skippedExamples.map(\.description) == [
        "\(y): has the label -1 in row 1; expected a class from 0 to 16777215; mend it, or leave "
          + "such rows out with --on-error skip",
        "\(y): has the label \(1 << 40) in row 3; expected a class from 0 to 16777215; mend it, or "
          + "leave such rows out with --on-error skip",
      ])
    summary = try convert([.train: [x, y]]) { $0.classNames = ["a", "b"] }
    #expect((summary.skippedRows, summary.classCounts) == (3, [.train: [1, 1]]))
  }

  @Test func `labels of HDF5 that are no class are left out, or told how to`() throws {
    let file = try File(creating: folder.file("a.h5"))
    try file.createDataset("x", .uint8, shape: [4, 1]).write([5, 6, 7, 8] as [UInt8])
    try file.createDataset("y", .int64, shape: [4]).write([1, -1, 0, 1 << 40] as [Int64])
    try file.close()
    func convert(skips: Bool) throws -> ConversionSummary {
      try self.convert([.train: [folder.file("a.h5")]], skips: skips) {
        ($0.features, $0.targets, $0.shuffle) = ("x", "y", .none)
      }
    }
    let summary = try convert(skips: true)
    #expect(try content().rows == ["train": [[5, 7], [1, 0]]])
    #expect((summary.skippedRows, summary.targets) == (2, .classes(2)))
    let error = #expect(throws: ConversionError.self) { try convert(skips: false) }
    #expect(error == summary.skippedExamples.first)
    #expect(error?.remedy == "mend it, or leave such rows out with --on-error skip")
  }

  @Test func `labels that good rows of train do not have are left out of other splits`() throws {
    // Class 3 of train is that of a bad row alone.
    let x = try folder.write(npy("<f4", [4, 1], [Float(1), 2, .nan, 4].bytes), to: "x.npy")
    let y = try folder.write(npy("|u1", [4], [0, 2, 3, 1]), to: "y.npy")
    let tx = try folder.write(npy("<f4", [3, 1], [Float(1), 2, 3].bytes), to: "tx.npy")
    let ty = try folder.write(npy("|u1", [3], [2, 3, 0]), to: "ty.npy")
    let summary = try convert([.train: [x, y], .test: [tx, ty]])
    #expect(summary.classCounts == [.train: [1, 1, 1], .test: [1, 0, 1]])
    #expect(
      summary.skippedExamples.last?.description.hasPrefix(
        "\(ty): has the label 3 in row 1; expected a class from 0 to 2, as the labels of train have"
      )
        == true)
  }

  @Test func `archives, IDX and sparse rows leave out bad rows too`() throws {
    let x = npy("<f4", [3, 1], [Float(1), .nan, 3].bytes)
    let archive = try folder.write(
      zip([("x.npy", x), ("y.npy", npy("|u1", [3], [0, 1, 1]))]), to: "a.npz")
    let images = try folder.write(
      idx(0x0D, [3, 1], [0x3F, 0x80, 0, 0, 0x7F, 0xC0, 0, 0, 0x40, 0x40, 0, 0]), to: "images")
    let labels = try folder.write(idx(8, [3], [0, 1, 1]), to: "labels")
    let sparse = try folder.write(Array("0.5 1:1\n1e300 1:2\nx\n1 1:3\n".utf8), to: "sparse")
    for (sources, numbers, skipped) in [
      ([archive], [0, 2], 1), ([images, labels], [0, 2], 1), ([sparse], [0, 3], 2),
    ] {
      let summary = try convert([.train: sources]) { $0.shuffle = .none }
      #expect(summary.skippedRows == skipped)
      #expect(try content().rows["train"]![0] == [1, 3])
      #expect(try content().numbers == ["train": numbers])
    }
  }

  @Test func `images of classes beyond the names are no bad rows`() throws {
    for (index, name) in ["a", "b", "c"].enumerated() {
      let path = folder.file("images/\(name)")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try folder.write(png(1, 1, [UInt8(index)]), to: "images/\(name)/0.png")
    }
    let error = #expect(throws: ConversionError.self) {
      try convert([.train: [folder.file("images")]]) { $0.classNames = ["x", "y"] }
    }
    #expect(error?.description.contains("expected a class from 0 to 1, which have names") == true)
  }

  @Test func `rows of HDF5 keep their weights when others are left out, also for bad weights`()
    throws
  {
    let (rows, bad) = (90, Set([0, 41, 42, 89]))
    let badWeights: [Int: Float] = [7: .nan, 30: -1, 42: .infinity, 88: -.infinity]
    func write(_ name: String, _ rows: [Int]) throws -> String {
      let file = try File(creating: folder.file(name))
      let x = try file.createDataset("x", .float64, shape: [rows.count, 2])
      try x.write(rows.flatMap { [bad.contains($0) ? .infinity : Double($0) / 3, 1] })
      try file.createDataset("y", .int32, shape: [rows.count]).write(rows.map { Int32($0 % 4) })
      try file.createDataset("w", .float32, shape: [rows.count])
        .write(rows.map { badWeights[$0] ?? Float($0) / 2 })
      try file.close()
      return folder.file(name)
    }
    let good = (0..<rows).filter { !bad.contains($0) && badWeights[$0] == nil }
    let sources = [try write("a.h5", Array(0..<rows))]
    let goodSources = [try write("good.h5", good)]
    for shuffle in ConversionOptions.Shuffle.allCases {
      try expectSame(
        [.train: sources], [.train: goodSources], kept: [.train: good], skipped: 7
      ) {
        ($0.features, $0.targets, $0.weights) = ("x", "y", "w")
        $0.testFraction = 0.2
        $0.shuffle = shuffle
      }
      #expect(try content().rows["train"]!.count == 3)
    }
    let error = #expect(throws: ConversionError.self) {
      try convert([.train: [try write("b.h5", Array(1..<41))]], skips: false) {
        ($0.features, $0.targets, $0.weights) = ("x", "y", "w")
      }
    }
    #expect(
      error?.problem == "/w has a weight that is NaN, infinite or negative in row 6"
        && error?.remedy?.contains("--on-error skip") == true)
  }

  @Test func `an array of nothing but bad rows is refused`() throws {
    let (all, _) = try arrays("a", "<f4", rows: 3, bad: [0: Float.nan, 2: .nan])
    let x = try folder.write(npy("<f4", [2, 3], [Float](repeating: .nan, count: 6).bytes), to: "x")
    let y = try folder.write(npy("<i8", [2], [0, 0].bytes), to: "y")
    let error = #expect(throws: ConversionError.self) {
      try convert([.train: all, .test: [x, y]])
    }
    #expect(
      error?.description.hasPrefix("\(x): has no good row among 2; expected at least one") == true)
  }

  @Test func `a row that is refused can be left out, as the message says`() throws {
    let (all, _) = try arrays("a", "<f4", rows: 3, bad: [1: Float.nan])
    let error = #expect(throws: ConversionError.self) { try convert([.train: all], skips: false) }
    #expect(
      error?.description
        == "\(all[0]): has a number that is NaN, infinite or beyond a float's range "
        + "in row 1, column 2 (counted from 0); expected finite numbers; replace the value, or "
        + "leave such rows out with --on-error skip")
  }
}
