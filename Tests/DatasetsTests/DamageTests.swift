import HDF5
import TestSupport
import Testing

@testable import Datasets

@Suite struct DamageTests {
  let folder = TemporaryDirectory()

  /// Where the stored chunks of a dataset lie, found by their content.
  func places(of stored: [UInt8], in file: [UInt8]) -> [Int] {
    (0...file.count - stored.count).filter { Array(file[$0..<$0 + stored.count]) == stored }
  }

  @Test(arguments: [StorageOptions.Compression.none, .gzip(level: 1)])
  func `a flipped bit in any chunk of any dataset is found and named`(
    compression: StorageOptions.Compression
  ) throws {
    var small = SmallDataset(featureType: .int16)
    small.storage = StorageOptions(compression: compression, chunkBytes: 96)
    let path = folder.file("good.h5")
    try small.write(path)
    let good = try bytes(of: path)
    for column in ["features", "targets", "weights", "row"] {
      let dataset = try File(opening: path).dataset("train/\(column)")
      guard case .chunked(let chunk) = dataset.layout else {
        Issue.record("not chunked")
        return
      }
      for start in stride(from: 0, to: 50, by: chunk[0]) {
        let offset = [start] + chunk.dropFirst().map { _ in 0 }
        let size = try dataset.storedChunkByteCount(at: offset)
        var stored = [UInt8](repeating: 0, count: size)
        _ = try stored.withUnsafeMutableBytes { try dataset.readChunk(at: offset, into: $0) }
        let place = try #require(places(of: stored, in: good).first)
        // The first bits of what is behind the zlib header, and, uncompressed, of the data.
        for byte in [2, size / 8] {
          var bad = good
          bad[place + byte] ^= 4
          try folder.write(bad, to: "bad.h5")
          let error = #expect(throws: DatasetError.self) {
            try Dataset(path: folder.file("bad.h5")).load(.train)
          }
          #expect(error?.file == folder.file("bad.h5"))
          #expect(error?.dataset == "/train/\(column)")
          let rows = "chunk \(start / chunk[0]) (rows \(start) to \(min(start + chunk[0], 50) - 1))"
          #expect(
            error?.problem.hasPrefix(
              "has damaged data in \(rows), at byte \(place) of the file: its ") == true,
            "\(error?.description ?? "")")
        }
      }
    }
  }

  @Test func `a flipped bit anywhere in a file is found or harmless`() throws {
    let path = folder.file("good.h5")
    try SmallDataset(rows: [.train: 20], storage: StorageOptions(chunkBytes: 60)).write(path)
    let good = try bytes(of: path)
    let dataset = try Dataset(path: path)
    let expected = try dataset.load(.train)
    let rows = (0..<20).map { Int32($0) }
    var found = 0
    for place in stride(from: 0, to: good.count, by: 101) {
      var bad = good
      bad[place] ^= 1 << UInt8(place / 101 % 8)
      try folder.write(bad, to: "bad.h5")
      do {
        let dataset = try Dataset(path: folder.file("bad.h5"))
        let resident = try dataset.load(.train)
        #expect(resident.features(rows) == expected.features(rows), "byte \(place)")
        #expect(resident.labels(rows) == expected.labels(rows), "byte \(place)")
        #expect(resident.sampleWeights(rows) == expected.sampleWeights(rows), "byte \(place)")
      } catch {
        #expect(error.file == folder.file("bad.h5"))
        found += 1
      }
    }
    #expect(found > 0)
  }

  @Test func `a chunk without filters that is said to be larger than a chunk is refused`() throws {
    // In HDF5's oldest index of chunks, as h5py writes it: (bytes, filter mask, offset, 0), address.
    let path = folder.file("good.h5")
    let rows = 60
    let file = try File(creating: path)
    try file.createDataset(
      "train/features", .uint8, shape: [rows, 1], storage: .chunked([rows, 1])
    )
    .write([UInt8](repeating: 7, count: rows))
    try file.createDataset("train/targets", .uint8, shape: [rows])
      .write([UInt8](repeating: 0, count: rows))
    try file.close()
    var bytes = try bytes(of: path)
    let key: [UInt8] = [UInt8(rows)] + [UInt8](repeating: 0, count: 31)
    let tree = try #require(bytes.firstRange(of: Array("TREE".utf8) + [1]))
    let place = try #require(bytes[tree.lowerBound...].firstRange(of: key)).lowerBound
    bytes[place] = 142
    try folder.write(bytes, to: "bad.h5")
    let error = #expect(throws: DatasetError.self) {
      try Dataset(path: folder.file("bad.h5")).load(.train)
    }
    #expect(
      error?.description.hasSuffix(
        "bad.h5: /train/features is damaged: its 1 chunks take 142 bytes; chunks of [60, 1] were "
          + "expected") == true, "\(error?.description ?? "")")
  }

  @Test func `damage that the look at others' files meets is told with chunk and place`() throws {
    let path = folder.file("good.h5")
    let rows = 64
    let file = try File(creating: path)
    let features = try file.createDataset(
      "features", .uint8, shape: [rows, 2],
      storage: .chunked([16, 2], filters: [.deflate(1), .fletcher32]))
    try features.write((0..<rows * 2).map { UInt8($0) })
    try file.createDataset("targets", .uint8, shape: [rows])
      .write([UInt8](repeating: 0, count: rows))
    let place = try #require(try features.chunkFileOffset(at: [32, 0]))
    try file.close()
    var bytes = try bytes(of: path)
    bytes[place + 5] ^= 1
    try folder.write(bytes, to: "bad.h5")
    let error = #expect(throws: DatasetError.self) { try Dataset(path: folder.file("bad.h5")) }
    #expect(error?.dataset == "/features")
    #expect(
      error?.problem.hasPrefix(
        "has damaged data in chunk 2 (rows 32 to 47), at byte \(place) of the file: ") == true,
      "\(error?.problem ?? "")")
  }

  @Test func `a truncated file is refused`() throws {
    let path = folder.file("good.h5")
    try SmallDataset().write(path)
    let good = try bytes(of: path)
    for length in [0, 1, 100, good.count / 2, good.count - 1] {
      try folder.write(good.prefix(length), to: "bad.h5")
      let error = #expect(throws: DatasetError.self) {
        try Dataset(path: folder.file("bad.h5"))
      }
      #expect(error?.file == folder.file("bad.h5"), "\(length) bytes")
    }
  }

  @Test func `checksums hold for a file that was chunked anew by another program`() throws {
    // The same rows in chunks of another size, the checksums copied as they were.
    let path = folder.file("good.h5")
    try SmallDataset(rows: [.train: 50]).write(path)
    let source = try File(opening: path)
    let copy = try File(creating: folder.file("copy.h5"))
    for column in ["features", "targets", "weights", "row"] {
      let dataset = try source.dataset("train/\(column)")
      guard case .number(let type, _) = dataset.storedType else { continue }
      let shape = try dataset.shape
      let rows = try copy.createDataset(
        "train/\(column)", type, shape: shape,
        storage: .chunked([7] + shape.dropFirst(), filters: [.deflate(2)]))
      var memory = [UInt8](repeating: 0, count: shape.reduce(type.byteCount, *))
      try memory.withUnsafeMutableBytes { try dataset.read(as: type, into: $0) }
      if column == "targets" { memory[20] ^= 1 }
      try memory.withUnsafeBytes { try rows.write(as: type, from: $0) }
      let checksums = try source.dataset("train/\(column)_crc32")
      let copied = try copy.createDataset(
        "train/\(column)_crc32", .uint32, shape: checksums.shape)
      try copied.write(try checksums.values(as: UInt32.self))
      try copied.attributes.set(
        "rows_per_checksum", to: try checksums.attributes.value("rows_per_checksum", as: Int.self))
    }
    try copy.close()
    let error = #expect(throws: DatasetError.self) {
      try Dataset(path: folder.file("copy.h5")).load(.train)
    }
    #expect(error?.dataset == "/train/targets")
  }
}
