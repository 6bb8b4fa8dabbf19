import Datasets
import HDF5
import TestSupport
import Testing

@testable import Conversion

@Suite struct HDF5SourceTests {
  let folder = TemporaryDirectory()

  /// Converts a file to another, without a shuffle.
  func convert(
    _ source: String, to output: String, _ splits: [SplitName],
    _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> ConversionSummary {
    var options = ConversionOptions(
      sources: Dictionary(uniqueKeysWithValues: splits.map { ($0, [folder.file(source)]) }),
      output: folder.file(output))
    options.shuffle = .none
    change(&options)
    return try Converter.convert(options)
  }

  @Test func `a dataset file stored anew has the same rows and the same fingerprint`() throws {
    try SyntheticDataset.writeClasses(
      to: folder.file("a.h5"), rows: [.train: 500, .validation: 30, .test: 40])
    let summary = try convert("a.h5", to: "b.h5", SplitName.allCases) {
      $0.storage = StorageOptions(compression: .none, chunkBytes: 900)
    }
    #expect(summary.rows == [.train: 500, .validation: 30, .test: 40])
    #expect(summary.fingerprint == (try Dataset(path: folder.file("a.h5")).fingerprint))
    #expect(summary.notes.isEmpty)
  }

  @Test func `names of classes and what was fitted are kept`() throws {
    let schema = DatasetSchema(
      featureShape: [2], featureType: .uint8, targetType: .uint8, rows: [.train: 2])
    let writer = try DatasetWriter(path: folder.file("a.h5"), schema: schema)
    try [1, 2, 3, 4].withUnsafeBytes { (features: UnsafeRawBufferPointer) in
      let features = UnsafeRawBufferPointer(rebasing: features[..<4])
      let targets = UnsafeRawBufferPointer(rebasing: features[..<2])
      try writer.append(to: .train, features: features, targets: targets, rowNumbers: [0, 1])
    }
    let information = DatasetInformation(
      classCount: 3, classNames: ["a", "b", "c"], featureNames: ["x", "y"],
      normalization: .perFeature(scale: [1, 2], shift: [3, 4]))
    try writer.finish(information)
    _ = try convert("a.h5", to: "b.h5", [.train])
    let data = try Dataset(path: folder.file("b.h5"))
    #expect(data.classNames == information.classNames)
    #expect(data.featureNames == information.featureNames)
    #expect(data.normalization == information.normalization)
  }

  @Test func `weights stay with their rows, shuffled or drawn for another split`() throws {
    try SyntheticDataset.writeClasses(
      to: folder.file("a.h5"), rows: [.train: 200], weighted: true)
    let old = try File(opening: folder.file("a.h5"))
      .dataset("train/weights").values(as: Float.self)
    for shuffle in ConversionOptions.Shuffle.allCases {
      let summary = try convert("a.h5", to: "b.h5", [.train]) {
        $0.shuffle = shuffle
        $0.validationFraction = 0.3
        $0.replacesExisting = true
      }
      #expect(summary.notes == [])
      let file = try File(opening: folder.file("b.h5"))
      for split in summary.rows.keys {
        let numbers = try file.dataset("\(split)/row").values(as: Int.self)
        let weights = try file.dataset("\(split)/weights").values(as: Float.self)
        #expect(weights == numbers.map { old[$0] })
      }
    }
    #expect(Set(old).count > 1)
  }

  @Test func `bad rows are told with their dataset`() throws {
    let file = try File(creating: folder.file("a.h5"))
    try file.createDataset("x", .uint8, shape: [3, 1]).write([1, 2, 3] as [UInt8])
    try file.createDataset("z", .float32, shape: [3, 1]).write([1, 2, .nan] as [Float])
    try file.createDataset("y", .int8, shape: [3]).write([0, -1, 1] as [Int8])
    try file.close()
    for (features, problem) in [
      ("x", "/y has the label -1 in row 1"), ("z", "/z has a number that is NaN"),
    ] {
      let error = #expect(throws: ConversionError.self) {
        try convert("a.h5", to: "b.h5", [.train]) { ($0.features, $0.targets) = (features, "y") }
      }
      #expect(error?.problem.hasPrefix(problem) == true)
      #expect(error?.subject == folder.file("a.h5"))
    }
  }

  @Test func `datasets that are named are taken, for the split of their name`() throws {
    let file = try File(creating: folder.file("a.h5"))
    for (name, rows) in [("train", 3), ("test", 2)] {
      let features = try file.createDataset("x_\(name)", .int32, shape: [rows, 2])
      try features.write((0..<2 * rows).map { Int32($0 + rows) })
      let targets = try file.createDataset("y_\(name)", .uint8, shape: [rows])
      try targets.write((0..<rows).map { UInt8($0 % 2) })
    }
    try file.close()
    let summary = try convert("a.h5", to: "b.h5", [.train, .test]) {
      $0.features = "/x_train"
      $0.targets = "y_train"
    }
    #expect(summary.rows == [.train: 3, .test: 2])
    #expect(summary.featureType == .uint8)
    let output = try File(opening: folder.file("b.h5"))
    #expect(try output.dataset("test/features").values(as: Int.self) == [2, 3, 4, 5])
    #expect(try output.dataset("train/features").values(as: Int.self) == [3, 4, 5, 6, 7, 8])
    let error = #expect(throws: ConversionError.self) {
      try convert("a.h5", to: "c.h5", [.validation]) {
        $0.features = "/x_train"
        $0.targets = "y_train"
      }
    }
    #expect(error?.description.contains("validation") == true, "\(error?.description ?? "")")
  }
}
