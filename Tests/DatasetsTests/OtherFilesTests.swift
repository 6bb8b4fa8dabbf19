import HDF5
import TestSupport
import Testing

@testable import Datasets

/// Files that Lockstep did not write.
@Suite struct OtherFilesTests {
  let folder = TemporaryDirectory()
  var path: String { folder.file("other.h5") }

  /// Writes a file of datasets of one type each.
  func write(_ fill: (File) throws -> Void) throws {
    let file = try File(creating: path)
    try fill(file)
    try file.close()
  }

  /// Ten rows of two floats, with labels 0 and 1.
  func writePair(_ file: File, _ features: String, _ targets: String, rows: Int = 10) throws {
    try file.createDataset(features, .float32, shape: [rows, 2])
      .write((0..<2 * rows).map { Float($0) })
    try file.createDataset(targets, .int64, shape: [rows]).write((0..<rows).map { Int64($0 % 2) })
  }

  @Test func `Lockstep's layout needs none of its attributes`() throws {
    try write { file in
      try writePair(file, "train/features", "train/targets")
      try writePair(file, "test/features", "test/targets", rows: 4)
    }
    let dataset = try Dataset(path: path)
    #expect(dataset.splits == [.train: 10, .test: 4])
    #expect(dataset.targets == .classes(2))
    #expect(dataset.normalization == .none)
    #expect(dataset.fingerprint.hasPrefix("sample-sha256:"))
    let train = try dataset.load(.train)
    #expect(train.features([3, 0]) == [6, 7, 0, 1])
    #expect(train.sampleWeights([1, 2]) == [1, 1])
    #expect((0..<10).map(train.rowNumber) == Array(0..<10))
  }

  @Test func `features and targets at the root are train`() throws {
    try write { try writePair($0, "features", "targets") }
    #expect(try Dataset(path: path).splits == [.train: 10])
  }

  @Test(arguments: [
    ("/x_train", "y_train", [SplitName.train: 10, .test: 4]),
    ("/x_test", "/y_test", [.train: 10, .test: 4]),
    ("deep/Val/X", "/deep/Val/Y", [.validation: 5, .train: 6]),
    ("/plain/x", "/plain/y", [.train: 3]), ("/x_train", "/plain/z", [.train: 10]),
  ])
  func `named datasets are the split that their words say, and lead to the others`(
    features: String, targets: String, splits: [SplitName: Int]
  ) throws {
    try write { file in
      try writePair(file, "x_train", "y_train")
      try writePair(file, "x_test", "y_test", rows: 4)
      try writePair(file, "deep/Val/X", "deep/Val/Y", rows: 5)
      try writePair(file, "deep/Train/X", "deep/Train/Y", rows: 6)
      try writePair(file, "plain/x", "plain/y", rows: 3)
      try writePair(file, "plain/w", "plain/z", rows: 10)
    }
    #expect(try Dataset(path: path, features: features, targets: targets).splits == splits)
  }

  @Test func `big-endian, half-float and filtered data of any chunks are read`() throws {
    let storages: [HDF5.Storage] = [
      .contiguous, .chunked([3, 2]), .chunked([4, 1], filters: [.shuffle, .deflate(5)]),
      .chunked([4, 2], filters: [.shuffle, .deflate(5)]), .chunked([10, 2], filters: [.shuffle]),
      .chunked([4, 2], filters: [.deflate(1), .fletcher32]),
    ]
    let types: [ElementType] = [.float16, .float32, .float64, .int8, .uint16, .int32, .uint64]
    let values = (0..<20).map { ($0 * 37) % 100 }
    try write { file in
      for (index, storage) in storages.enumerated() {
        for type in types {
          for order in ByteOrder.allCases {
            let dataset = try file.createDataset(
              "\(index)/\(type)/\(order)", type, shape: [10, 2], storage: storage,
              byteOrder: order)
            try values.flatMap { bytes(of: $0, as: type) }.withUnsafeBytes {
              try dataset.write(as: type, from: $0)
            }
          }
        }
      }
      try file.createDataset("y", .float32, shape: [10]).write((0..<10).map { Float($0) })
    }
    for index in storages.indices {
      for type in types {
        for order in ByteOrder.allCases {
          let dataset = try Dataset(
            path: path, features: "\(index)/\(type)/\(order)", targets: "y")
          #expect(dataset.targets == .values(1))
          let train = try dataset.load(.train)
          #expect(train.features((0..<10).map { Int32($0) }) == values.map { Float($0) })
          #expect(train.values([7, 2]) == [7, 2])
        }
      }
    }
  }

  @Test func `chunks that were never written are the fill value`() throws {
    try write { file in
      let storage = HDF5.Storage.chunked([4, 2], filters: [.deflate(1)])
      let features = try file.createDataset("features", .uint8, shape: [10, 2], storage: storage)
      try features.write([UInt8](repeating: 9, count: 8), to: Slab(rows: 4..<8, of: [10, 2]))
      try file.createDataset("targets", .uint8, shape: [10]).write([UInt8](repeating: 0, count: 10))
    }
    let train = try Dataset(path: path).load(.train)
    #expect(train.features([0, 4, 9]) == [0, 0, 9, 9, 0, 0])
  }

  @Test func `images of bytes are scaled to 0 to 1`() throws {
    try write { file in
      try file.createDataset("features", .uint8, shape: [2, 2, 1]).write(
        [0, 51, 255, 102] as [UInt8])
      try file.createDataset("targets", .uint8, shape: [2]).write([0, 1] as [UInt8])
    }
    let dataset = try Dataset(path: path)
    #expect(dataset.normalization == .bytes)
    let features = try dataset.load(.train).features([1, 0], dataset.normalization)
    for (found, wanted) in zip(features, [1, 0.4, 0, 0.2] as [Float]) {
      #expect(abs(found - wanted) < 1e-6)
    }
  }

  @Test func `integer rows of a single one are classes, others are values`() throws {
    let oneHot: [UInt8] = [0, 1, 0, 1, 0, 0, 0, 0, 1]
    let several: [UInt8] = [0, 1, 1, 1, 0, 0, 0, 0, 0]
    try write { file in
      try file.createDataset("x", .uint8, shape: [3, 1]).write([1, 2, 3] as [UInt8])
      try file.createDataset("one", .uint8, shape: [3, 3]).write(oneHot)
      try file.createDataset("several", .uint8, shape: [3, 3]).write(several)
      try file.createDataset("real", .float32, shape: [3, 3]).write(oneHot.map { Float($0) })
      try file.createDataset("column", .int32, shape: [3, 1]).write([2, 0, 1] as [Int32])
      try file.createDataset("whole", .float64, shape: [3]).write([2, 0, 1] as [Double])
    }
    func load(_ targets: String, _ task: Task? = nil) throws -> ResidentRows {
      try Dataset(path: path, features: "x", targets: targets, task: task).load(.train)
    }
    #expect(try load("one").targets == .classes(3))
    #expect(try load("one").labels([0, 1, 2]) == [1, 0, 2])
    #expect(try load("one").classCounts == [1, 1, 1])
    #expect(try load("several").targets == .values(3))
    #expect(try load("several").values([0]) == [0, 1, 1])
    #expect(try load("real").targets == .values(3))
    #expect(try load("real", .classification).labels([0, 1, 2]) == [1, 0, 2])
    #expect(try load("several", .classification).targets == .values(3))
    #expect(try load("column").labels([0, 1, 2]) == [2, 0, 1])
    #expect(try load("column", .regression).targets == .values(1))
    #expect(try load("whole").values([0, 1]) == [2, 0])
    #expect(try load("whole", .classification).labels([0, 1]) == [2, 0])
  }

  @Test func `class names say how many classes there are`() throws {
    try write { file in
      try writePair(file, "features", "targets")
      try file.attributes.set("class_names", to: ["a", "b", "c"])
    }
    #expect(try Dataset(path: path).targets == .classes(3))
  }

  @Test func `the sample fingerprint sees rows, types and shapes`() throws {
    var fingerprints: Set<String> = []
    for (index, value) in [Float(1), 2].enumerated() {
      for rows in [40, 41] {
        let file = try File(creating: folder.file("\(index)-\(rows)"))
        var values = (0..<rows).map { Float($0) }
        values[rows - 1] = value
        try file.createDataset("features", .float32, shape: [rows, 1]).write(values)
        try file.createDataset("targets", .float32, shape: [rows]).write(values)
        try file.close()
        fingerprints.insert(try Dataset(path: folder.file("\(index)-\(rows)")).fingerprint)
      }
    }
    #expect(fingerprints.count == 4)
  }

  // Fixtures/make.py writes this file.
  @Test func `a file of h5py's is read`() throws {
    let path = fixture("Fixtures/h5py.h5")
    func feature(_ row: Int32, _ column: Int) -> Float { Float((Int(row) * 5 + column) * 7 % 100) }
    let dataset = try Dataset(path: path, features: "X_train", targets: "y_train")
    #expect(dataset.splits == [.train: 30, .test: 8])
    #expect(dataset.fingerprint.hasPrefix("sample-sha256:"))
    #expect(dataset.classNames == ["zéro", "one", "two", "three"])
    for split in [SplitName.train, .test] {
      let resident = try dataset.load(split)
      let rows = (0..<Int32(resident.rows)).reversed()
      #expect(
        resident.features(Array(rows)) == rows.flatMap { row in (0..<5).map { feature(row, $0) } })
      #expect(resident.labels(Array(rows)) == rows.map { $0 % 4 })
    }

    let images = try Dataset(
      path: path, features: "deep/link", targets: "deep/one_hot", weights: "deep/weights")
    #expect(images.featureShape == [1, 5])
    #expect(images.normalization == .bytes)
    let resident = try images.load(.train)
    #expect(resident.labels([5, 6]) == [1, 2])
    #expect(resident.sampleWeights([5, 6]) == [0.5, 1])
    #expect(resident.features([29]) == (0..<5).map { feature(29, $0) })

    // Booleans are an enumeration of bytes.
    let flags = try Dataset(path: path, features: "X_train", targets: "deep/flags")
    #expect(flags.targets == .values(5))
    #expect(try flags.load(.train).values([0]) == [0, 1, 0, 1, 0])

    let error = #expect(throws: DatasetError.self) {
      try Dataset(path: path, features: "deep/away", targets: "y_train")
    }
    #expect(error?.problem.contains("another file") == true)
  }
}
