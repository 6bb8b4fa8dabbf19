import HDF5
import TestSupport
import Testing

@testable import Datasets

@Suite struct BadInputTests {
  let folder = TemporaryDirectory()
  var path: String { folder.file("bad.h5") }

  /// What is wrong with a file, and the message that says so, after the file's name.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let message: String
    let write: @Sendable (File) throws -> Void

    init(_ message: String, _ write: @escaping @Sendable (File) throws -> Void) {
      testDescription = message
      self.message = message
      self.write = write
    }
  }

  static func features(_ file: File, rows: Int = 3) throws {
    try file.createDataset("features", .float32, shape: [rows, 2])
      .write([Float](repeating: 1, count: 2 * rows))
  }

  /// Says that the file has Lockstep's format.
  static func format(_ file: File, version: Int = 1) throws {
    try file.attributes.set("format", to: "lockstep-dataset")
    try file.attributes.set("format_version", to: version)
  }

  static func targets(_ file: File, _ labels: [Int32] = [0, 1, 2]) throws {
    try file.createDataset("targets", .int32, shape: [labels.count]).write(labels)
  }

  static let cases = [
    Case("has no datasets; expected groups train, validation or test") { _ in },
    Case("has no split; its datasets are /features (float32 [3, 2]); expected groups train") {
      try features($0)
    },
    Case("/targets has 2 rows; expected 3, as /features has") { file in
      try features(file)
      try targets(file, [0, 1])
    },
    Case("/features has 0 rows; expected at least one") { file in
      try features(file, rows: 0)
      try targets(file, [])
    },
    Case("/features has empty rows (its shape is [3, 0]); expected at least one") { file in
      try file.createDataset("features", .float32, shape: [3, 0])
      try targets(file)
    },
    Case("/features is a single number; expected rows") { file in
      try file.createDataset("features", .float32, shape: [])
      try targets(file)
    },
    Case("/features holds strings of variable length (UTF-8); expected integers or floats") {
      file in
      try file.root.createDataset("features", strings: .variable, shape: [3])
      try targets(file)
    },
    Case("/targets has the label -1 in row 1; expected a class from 0 to 16777215; use --task") {
      file in
      try features(file)
      try targets(file, [0, -1, 2])
    },
    Case("/@class_names has no names; expected a name for each class, or no such attribute") {
      file in
      try features(file)
      try targets(file)
      try file.attributes.set("class_names", to: [String]())
    },
    Case("/targets has the label 3 in row 2; expected a class from 0 to 2") { file in
      try features(file)
      try targets(file, [0, 1, 3])
      try file.attributes.set("class_names", to: ["a", "b", "c"])
    },
    Case("/test/targets has the label 2 in row 0; expected a class from 0 to 1") { file in
      for (split, label) in [("train", Int32(1)), ("test", 2)] {
        try file.createDataset("\(split)/features", .uint8, shape: [1, 1]).write([1] as [UInt8])
        try file.createDataset("\(split)/targets", .int32, shape: [1]).write([label])
      }
    },
    Case("/@class_names has 2 values; expected 3, as /@classes says") { file in
      try features(file)
      try targets(file)
      try format(file)
      try file.attributes.set("classes", to: 3)
      try file.attributes.set("class_names", to: ["a", "b"])
    },
    Case("/@classes is -1; expected a number of classes from 1 to 16777216") { file in
      try features(file)
      try targets(file)
      try format(file)
      try file.attributes.set("classes", to: -1)
    },
    Case("/@feature_names has 3 values; expected 2, one for each feature") { file in
      try features(file)
      try targets(file)
      try file.attributes.set("feature_names", to: ["a", "b", "c"])
    },
    Case("/@normalization is \"log\" with 1 scales; expected none, uniform") { file in
      try features(file)
      try targets(file)
      try format(file)
      try file.attributes.set("normalization", to: "log")
      try file.attributes.set("normalization_scale", to: Float(1))
      try file.attributes.set("normalization_shift", to: Float(1))
    },
    Case("/@normalization_scale has 3 values; expected 2, one for each feature") { file in
      try features(file)
      try targets(file)
      try format(file)
      try file.attributes.set("normalization", to: "per_feature")
      try file.attributes.set("normalization_scale", to: [Float](repeating: 1, count: 3))
      try file.attributes.set("normalization_shift", to: [Float](repeating: 1, count: 3))
    },
    Case("/features has nan in row 1, column 1 (counted from 0); expected finite numbers") { file in
      try file.createDataset("features", .float32, shape: [3, 2]).write(
        [1, 2, 3, .nan, 5, 6] as [Float])
      try targets(file)
    },
    Case("/features has -inf in row 2, column 0 (counted from 0); expected finite") { file in
      try file.createDataset("features", .float16, shape: [3, 2])
        .write([1, 2, 3, 4, -.infinity, 6] as [Float16])
      try targets(file)
    },
    Case("/features has 1e+39 in row 0, column 1 (counted from 0); expected finite") { file in
      try file.createDataset("features", .float64, shape: [3, 2]).write(
        [1, 1e39, 3, 4, 5, 6] as [Double])
      try targets(file)
    },
    Case("/targets has inf in row 1, column 0 (counted from 0); expected finite numbers") { file in
      try features(file)
      try file.createDataset("targets", .float32, shape: [3]).write([1, .infinity, 3] as [Float])
    },
    Case("/weights has the weight -0.5 in row 2; expected 0 or more") { file in
      try features(file)
      try targets(file)
      try file.createDataset("weights", .float32, shape: [3]).write([1, 0, -0.5] as [Float])
    },
    Case("/weights has 2 rows; expected 3, as /features has") { file in
      try features(file)
      try targets(file)
      try file.createDataset("weights", .float32, shape: [2]).write([1, 0] as [Float])
    },
    Case("/weights has the shape [3, 2]; expected one number for each row") { file in
      try features(file)
      try targets(file)
      try file.createDataset("weights", .float32, shape: [3, 2]).write(
        [Float](repeating: 1, count: 6))
    },
    Case("/targets has the shape [3, 2, 2]; expected one number for each row, or one row") { file in
      try features(file)
      try file.createDataset("targets", .float32, shape: [3, 2, 2]).write(
        [Float](repeating: 1, count: 12))
    },
    Case("/test/features has rows of shape [2]; expected [1], as /train/features has") { file in
      for (split, width) in [("train", 1), ("test", 2)] {
        try file.createDataset("\(split)/features", .uint8, shape: [1, width])
          .write([UInt8](repeating: 1, count: width))
        try file.createDataset("\(split)/targets", .int32, shape: [1]).write([0] as [Int32])
      }
    },
    Case("/features declares 1099511627776 bytes, but ") { file in
      let shape = [1 << 20, 1 << 20]
      try file.createDataset(
        "features", .uint8, shape: shape, storage: .chunked([1, 1 << 20], filters: [.deflate(1)]))
      try file.createDataset("targets", .uint8, shape: [1 << 20]).write(
        [UInt8](repeating: 0, count: 1 << 20))
    },
    Case("/features has 4294967296 rows; expected at most 2147483647") { file in
      try file.createDataset(
        "features", .uint8, shape: [1 << 32, 1], storage: .chunked([1 << 20, 1]))
      try targets(file)
    },
    Case("has version 2 of the dataset format; expected at most 1; use a newer Lockstep") { file in
      try features(file)
      try targets(file)
      try format(file, version: 2)
    },
    Case("/features_crc32 has 1 checksums for 2 rows each; expected checksums for the 3 rows") {
      file in
      try features(file)
      try targets(file)
      let checksums = try file.createDataset("features_crc32", .uint32, shape: [1])
      try checksums.write([1] as [UInt32])
      try checksums.attributes.set("rows_per_checksum", to: 2)
    },
  ]

  @Test(arguments: cases)
  func `a file that is wrong is refused with what is wrong`(bad: Case) throws {
    let file = try File(creating: path)
    try bad.write(file)
    try file.close()
    let error = #expect(throws: DatasetError.self) {
      let dataset = try Dataset(path: path)
      for split in dataset.splits.keys { _ = try dataset.load(split) }
    }
    let message = error?.description ?? ""
    #expect(message.hasPrefix("\(path): \(bad.message)"), "\(message)")
  }

  @Test func `what is no HDF5 file is refused`() throws {
    try folder.write([], to: "empty")
    try folder.write(Array("text".utf8), to: "text")
    for (name, problem) in [
      ("empty", "is empty"), ("text", "is not an HDF5 file"), ("none", "No such file"),
      (".", "is a folder"),
    ] {
      let error = #expect(throws: DatasetError.self) { try Dataset(path: folder.file(name)) }
      #expect(error?.description.hasPrefix("\(folder.file(name)): ") == true)
      #expect(error?.problem.contains(problem) == true, "\(error?.description ?? "")")
    }
  }

  @Test func `datasets are named in pairs that exist and agree`() throws {
    let file = try File(creating: path)
    try Self.features(file)
    try Self.targets(file)
    try file.close()
    for (features, targets, weights, message) in [
      ("/features", nil, nil, "is to be read with features named alone; expected both"),
      (nil, nil, "/w", "is to be read with weights that are named alone; expected"),
      ("/none", "/targets", nil, "/none does not exist; / holds features, targets"),
      ("/x_train", "/y_test", nil, "/y_test is named as data of test; expected targets of train"),
    ] as [(String?, String?, String?, String)] {
      let error = #expect(throws: DatasetError.self) {
        try Dataset(path: path, features: features, targets: targets, weights: weights)
      }
      #expect(
        error?.description.hasPrefix("\(path): \(message)") == true, "\(error?.description ?? "")")
    }
  }

  @Test func `targets that are no classes are refused as such`() throws {
    let file = try File(creating: path)
    try Self.features(file)
    try file.createDataset("targets", .float32, shape: [3]).write([0, 1.5, 2] as [Float])
    try file.close()
    for (targets, message) in [
      ("targets", "/targets has the label 1.5 in row 1; expected a class from 0 to 16777215")
    ] {
      let error = #expect(throws: DatasetError.self) {
        try Dataset(path: path, features: "features", targets: targets, task: .classification)
          .load(.train)
      }
      #expect(
        error?.description.hasPrefix("\(path): \(message)") == true, "\(error?.description ?? "")")
    }
  }
}
