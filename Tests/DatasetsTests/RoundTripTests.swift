import HDF5
import TestSupport
import Testing

@testable import Datasets

@Suite struct RoundTripTests {
  let folder = TemporaryDirectory()
  var path: String { folder.file("data.h5") }

  static let storages: [StorageOptions] = [
    StorageOptions(compression: .none, chunkBytes: 48),
    StorageOptions(compression: .gzip(level: 1), chunkBytes: 1),
    StorageOptions(compression: .gzip(level: 9), chunkBytes: 100),
    StorageOptions(),
  ]

  @Test(arguments: ElementType.allCases)
  func `rows of every type come back`(type: ElementType) throws {
    for storage in Self.storages {
      let path = folder.file("\(type)-\(storage.compression)-\(storage.chunkBytes).h5")
      try SmallDataset(featureType: type, storage: storage).write(path)
      let dataset = try Dataset(path: path)
      #expect(dataset.splits == [.train: 50, .test: 7])
      #expect(dataset.featureShape == [2, 3])
      #expect(dataset.featureType == type)
      #expect(dataset.targets == .classes(3))
      for (split, count) in dataset.splits {
        let resident = try dataset.load(split)
        let rows = (0..<count).reversed().map { Int32($0) }
        #expect(
          resident.features(rows)
            == rows.flatMap { row in (0..<6).map { Float(SmallDataset.feature(Int(row), $0)) } })
        #expect(resident.labels(rows) == rows.map { Int32(SmallDataset.label(Int($0))) })
        #expect(resident.sampleWeights(rows) == rows.map { SmallDataset.weight(Int($0)) })
        #expect((0..<count).map(resident.rowNumber) == (0..<count).map(SmallDataset.number))
      }
    }
  }

  @Test func `what is said about the rows comes back`() throws {
    var small = SmallDataset()
    small.information = DatasetInformation(
      classCount: 3, classNames: ["ä", "", "c"], featureNames: (0..<6).map { "f\($0)" },
      normalization: .perFeature(
        scale: (0..<6).map { Float($0) }, shift: (0..<6).map { -Float($0) }),
      source: "a table")
    try small.write(path)
    let dataset = try Dataset(path: path)
    #expect(dataset.information == small.information)
    #expect(dataset.fingerprint.hasPrefix("xxh3:"))
  }

  @Test func `the fingerprint is that of the rows, however they are stored`() throws {
    func fingerprint(_ small: SmallDataset, _ name: String) throws -> String {
      try small.write(folder.file(name))
      return try Dataset(path: folder.file(name)).fingerprint
    }
    let first = try fingerprint(SmallDataset(), "first")
    for (index, storage) in Self.storages.enumerated() {
      #expect(
        try fingerprint(SmallDataset(storage: storage, bandRows: index + 1), "\(index)") == first)
    }
    #expect(try fingerprint(SmallDataset(featureType: .int8), "type") != first)
    #expect(try fingerprint(SmallDataset(rows: [.train: 49, .test: 7]), "rows") != first)
  }

  /// Rows that bands and chunks do not end with.
  static let severalPieces = SmallDataset(
    featureType: .float64, rows: [.train: 7000, .test: 7], bandRows: 1100)

  @Test func `the fingerprint is what Python computes of the rows`() throws {
    try Self.severalPieces.write(path)
    // Of the rows in NumPy arrays, as tools/make-digits does it.
    let python = "xxh3:829e97297085c794a2b0b8eaf5ebcc32"
    #expect(try Dataset(path: path).fingerprint == python)
    for (index, storage) in Self.storages.dropFirst(2).enumerated() {
      var small = Self.severalPieces
      (small.storage, small.bandRows) = (storage, 7000 - index)
      try small.write(folder.file("\(index)"))
      #expect(try Dataset(path: folder.file("\(index)")).fingerprint == python)
    }
  }

  @Test(arguments: [
    // What Python's xxhash.xxh3_128_hexdigest says of these bytes.
    (0, "99aa06d3014798d86001c324468d497f"),
    (1, "a6cd5e9392000f6ac44bdff4074eecdb"),
    (240, "bbf5c755f744eb2ff9ce633df4cec0e6"),
    (241, "1f941793347db67495e1590779d66a26"),
    (1_000_003, "bb771f856f6ea9a3ee6904c872a4ea3c"),
  ])
  func `a content hash is XXH3 of all bytes, however they come`(count: Int, expected: String) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 3) }
    for step in [97, 1000, 256 << 10, 1_000_003] {
      let hash = ContentHash()
      for start in stride(from: 0, to: count, by: step) {
        bytes[start..<min(start + step, count)].withUnsafeBytes { hash.add($0) }
      }
      #expect(hash.text == expected, "\(step) at a time")
    }
  }

  @Test func `chunks are whole rows of about the bytes asked for`() throws {
    try SmallDataset(storage: StorageOptions(chunkBytes: 49)).write(path)
    let file = try File(opening: path)
    #expect(try file.dataset("train/features").layout == .chunked([8, 2, 3]))
    #expect(try file.dataset("test/features").layout == .chunked([7, 2, 3]))
    // Smaller columns have whole chunks of features in theirs.
    #expect(try file.dataset("train/targets").layout == .chunked([50]))
  }

  @Test func `a writer that is not finished leaves nothing`() throws {
    let schema = DatasetSchema(
      featureShape: [2], featureType: .uint8, targetType: .uint8, rows: [.train: 3])
    do {
      let writer = try DatasetWriter(path: path, schema: schema)
      #expect(try folder.names().count == 1)
      writer.cancel()
      #expect(try folder.names().isEmpty)
    }
    _ = try DatasetWriter(path: path, schema: schema)
    #expect(try folder.names().isEmpty)
  }

  @Test func `a full disk is an error that names the file, and leaves nothing`() async throws {
    for limit in [100, 1000, 5000] {
      await #expect(processExitsWith: .success) {
        [path = path as String, limit = limit as Int] in
        limitFiles(to: limit)
        let error = #expect(throws: DatasetError.self) {
          try SmallDataset(rows: [.train: 1000]).write(path)
        }
        #expect(error?.file == path)
        #expect(error?.problem.contains(": File too large") == true, "\(error?.problem ?? "")")
      }
      #expect(try folder.names().isEmpty, "\(limit) bytes")
    }
  }

  @Test func `an existing file is not replaced unless asked`() throws {
    try SmallDataset().write(path)
    let error = #expect(throws: DatasetError.self) { try SmallDataset().write(path) }
    #expect(error?.problem == "exists already")
  }

  @Test func `a split that does not fit the budget is refused with the arithmetic`() throws {
    try SmallDataset(featureType: .float32).write(path)
    let dataset = try Dataset(path: path)
    #expect(dataset.residentBytes(.train) == 50 * (24 + 4 + 4 + 8))
    _ = try dataset.load(.train, budget: 2000)
    let error = #expect(throws: DatasetError.self) { try dataset.load(.train, budget: 1999) }
    #expect(
      error?.description
        == "\(path): /train takes 2000 bytes of memory (50 rows of 24 + 4 + 4 + 8 bytes); "
        + "expected at most 1999, the memory budget; raise --memory-budget")
  }

  @Test func `a split that is not there is named`() throws {
    try SmallDataset().write(path)
    let error = #expect(throws: DatasetError.self) {
      try Dataset(path: path).load(.validation)
    }
    #expect(
      error?.description == "\(path): has no split validation; expected train, test, which it has")
  }
}
