import Foundation
import HDF5
import Kernels
import TestSupport
import Testing

@testable import Datasets

/// Rows that pass through a window are the rows of the file, in the order of the epoch.
@Suite struct StreamTests {
  let folder = TemporaryDirectory()
  let rows = 10_501

  /// Files whose chunks and blocks fit each other in every way, or not at all.
  func write(_ name: String, _ storage: StorageOptions) throws -> Datasets.Dataset {
    let path = folder.file(name)
    let small = SmallDataset(
      featureType: .float64, rows: [.train: rows], storage: storage, bandRows: 500)
    try small.write(path)
    return try Datasets.Dataset(path: path)
  }

  /// Passes over a stream and checks each row that comes.
  /// - Returns: the rows' places in the file.
  func drain(
    _ stream: RowStream, _ whole: ResidentRows, epoch: Int = 0, skipping: Int = 0, batch: Int
  ) throws -> [Int] {
    let pass = stream.pass(seed: 7, epoch: epoch, skipping: skipping)
    defer { pass.end() }
    let indices = AlignedBuffer<Int32>(count: batch)
    var drawn: [Int] = []
    while case let count = try pass.next(batch, into: indices.pointer), count > 0 {
      let places = Array(indices.pointer[..<count])
      let numbers = places.map { 1000 - stream.rowNumber(position: 0, index: $0) }
      drawn += numbers
      let features = stream.memory.features(places)
      let rows = numbers.map { Int32($0) }
      #expect(features == whole.features(rows))
      #expect(stream.memory.labels(places) == whole.labels(rows))
      #expect(stream.memory.sampleWeights(places) == whole.sampleWeights(rows))
    }
    return drawn
  }

  func order(_ geometry: ShuffleGeometry, epoch: Int = 0) -> [Int] {
    var order = EpochOrder(rows: rows, geometry: geometry, seed: 7, epoch: epoch)
    let indices = AlignedBuffer<Int32>(count: rows)
    #expect(order.next(rows, into: indices.pointer) == rows)
    return indices.pointer.map { Int($0) }
  }

  @Test(arguments: [
    (4, 17, 20), (5, 40, 20), (7, 12, 1), (20, 64, 20), (33, 256, 64), (64, 256, 64),
    (100, 9, 20), (400, 300, 64),
  ])
  func `every row comes once, in the order of the epoch`(
    blockRows: Int, batch: Int, chunkRows: Int
  ) throws {
    let geometry = ShuffleGeometry.window(blockRows: blockRows, windowBlocks: 4)
    let compression = chunkRows == 64 ? StorageOptions.Compression.none : .gzip(level: 1)
    let data = try write(
      "data.h5", StorageOptions(compression: compression, chunkBytes: 48 * chunkRows))
    let whole = try data.load(.train)
    for decoders in [1, 3] {
      let stream = try data.stream(
        .train, geometry: geometry, batch: batch, decoders: decoders,
        budget: data.residentBytes(.train) - 1)
      #expect(!stream.plan.staysResident)
      for epoch in 0..<min(2, decoders) {
        #expect(
          try drain(stream, whole, epoch: epoch, batch: batch) == order(geometry, epoch: epoch))
      }
    }
  }

  @Test func `rows come in their own order, for validation`() throws {
    let data = try write("data.h5", StorageOptions(chunkBytes: 960))
    let whole = try data.load(.train)
    for batch in [7, 300] {
      let stream = try data.stream(
        .train, batch: batch, decoders: 2, budget: data.residentBytes(.train) - 1)
      #expect(try drain(stream, whole, batch: batch) == Array(0..<rows))
    }
  }

  @Test(arguments: [0, 1, 63, 64, 1500, 10_500, 10_501])
  func `a pass can start anywhere in the epoch`(skipped: Int) throws {
    let data = try write("data.h5", StorageOptions(chunkBytes: 960))
    let geometry = ShuffleGeometry.window(blockRows: 20, windowBlocks: 5)
    let expected = Array(order(geometry).dropFirst(skipped))
    let whole = try data.load(.train)
    for budget in [data.residentBytes(.train) - 1, data.residentBytes(.train)] {
      let stream = try data.stream(.train, geometry: geometry, batch: 64, budget: budget)
      #expect(try drain(stream, whole, skipping: skipped, batch: 64) == expected)
    }
  }

  /// A block that is being let in has rows that were drawn, in the window and still outside.
  @Test func `a pass can start within a block, wherever that is`() throws {
    let data = try write("data.h5", StorageOptions(chunkBytes: 960))
    let geometry = ShuffleGeometry.window(blockRows: 20, windowBlocks: 5)
    let whole = try data.load(.train)
    let rows = order(geometry)
    let stream = try data.stream(
      .train, geometry: geometry, batch: 64, budget: data.residentBytes(.train) - 1)
    for skipped in 1...60 {
      let expected = Array(rows.dropFirst(skipped))
      #expect(try drain(stream, whole, skipping: skipped, batch: 64) == expected, "\(skipped)")
      #expect(stream.slots.freeCount == stream.plan.slots, "\(skipped)")
    }
  }

  @Test func `a pass that is given up leaves the stream ready for the next`() throws {
    let data = try write("data.h5", StorageOptions(chunkBytes: 960))
    let geometry = ShuffleGeometry.window(blockRows: 20, windowBlocks: 5)
    let whole = try data.load(.train)
    for budget in [data.residentBytes(.train) - 1, data.residentBytes(.train)] {
      let stream = try data.stream(.train, geometry: geometry, batch: 64, budget: budget)
      for _ in 0..<20 {
        let indices = AlignedBuffer<Int32>(count: 64)
        let pass = stream.pass(seed: 7)
        _ = try pass.next(64, into: indices.pointer)
        pass.end()
      }
      #expect(try drain(stream, whole, batch: 64) == order(geometry))
    }
  }

  @Test(arguments: [ShuffleGeometry.none, .window(blockRows: 20, windowBlocks: 5)])
  func `the next pass reads on in what memory the last one has left, and gives the same rows`(
    geometry: ShuffleGeometry
  ) throws {
    let data = try write("data.h5", StorageOptions(chunkBytes: 960))
    let whole = try data.load(.train)
    let stream = try data.stream(
      .train, geometry: geometry, batch: 64, decoders: 2, budget: data.residentBytes(.train) - 1)
    var pass = stream.pass(seed: 7, epoch: 0, lastEpoch: 2)
    let indices = AlignedBuffer<Int32>(count: 64)
    for epoch in 0...2 {
      #expect(pass.epoch == epoch)
      var drawn: [Int] = []
      while case let count = try pass.next(64, into: indices.pointer), count > 0 {
        let places = Array(indices.pointer[..<count])
        drawn += places.map { 1000 - stream.rowNumber(position: 0, index: $0) }
        #expect(
          stream.memory.features(places) == whole.features(drawn.suffix(count).map { Int32($0) }))
      }
      #expect(drawn == order(geometry, epoch: epoch))
      #expect((pass.following != nil) == (epoch < 2))
      pass.end()
      if let following = pass.following { pass = following }
    }
    // All memory was given back.
    #expect(stream.slots.freeCount == stream.plan.slots)
  }

  @Test func `a pass whose following one was begun can be given up with it`() throws {
    let data = try write("data.h5", StorageOptions(chunkBytes: 960))
    let geometry = ShuffleGeometry.window(blockRows: 20, windowBlocks: 5)
    let stream = try data.stream(
      .train, geometry: geometry, batch: 64, budget: data.residentBytes(.train) - 1)
    let indices = AlignedBuffer<Int32>(count: 64)
    let pass = stream.pass(seed: 7, epoch: 0, lastEpoch: 1)
    while pass.following == nil { #expect(try pass.next(64, into: indices.pointer) == 64) }
    pass.end()
    pass.following?.end()
    #expect(stream.slots.freeCount == stream.plan.slots)
    #expect(try drain(stream, data.load(.train), batch: 64) == order(geometry))
  }

  @Test func `damage is met when its block is needed, and named`() throws {
    let good = try write("good.h5", StorageOptions(compression: .none, chunkBytes: 960))
    let chunk = good.parts[.train]![0].features.dataset
    var stored = [UInt8](repeating: 0, count: 960)
    _ = try stored.withUnsafeMutableBytes { try chunk.readChunk(at: [80, 0, 0], into: $0) }
    var bytes = try bytes(of: good.path)
    let place = try #require(
      (0..<bytes.count - 960).first {
        bytes[$0] == stored[0] && bytes[$0..<$0 + 960] == stored[...]
      })
    bytes[place + 11] ^= 1
    let data = try Datasets.Dataset(path: folder.write(bytes, to: "bad.h5"))
    let stream = try data.stream(
      .train, batch: 50, budget: data.residentBytes(.train) - 1)
    let pass = stream.passInOrder()
    let indices = AlignedBuffer<Int32>(count: 50)
    var drawn = 0
    let error = #expect(throws: DatasetError.self) {
      while case let count = try pass.next(50, into: indices.pointer), count > 0 { drawn += count }
    }
    #expect(drawn <= 80)
    #expect(error?.dataset == "/train/features")
    #expect(
      error?.problem.hasPrefix(
        "has damaged data in chunk 4 (rows 80 to 99), at byte \(place) of the file: its ") == true,
      "\(error?.description ?? "")")
  }

  @Test func `a check reads every row of a large split in little memory`() throws {
    let path = folder.file("large.h5")
    let rows = 90_000
    let file = try File(creating: path)
    var values = [Float](repeating: 0, count: rows * 250)
    values[(rows - 3) * 250 + 4] = .infinity
    try file.createDataset(
      "train/features", .float32, shape: [rows, 250],
      storage: .chunked([500, 250], filters: [.deflate(1)])
    ).write(values)
    try file.createDataset("train/targets", .uint8, shape: [rows])
      .write([UInt8](repeating: 0, count: rows))
    try file.close()
    var parts: [Double] = []
    let error = #expect(throws: DatasetError.self) {
      try Datasets.Dataset(path: path).check(.train) { parts.append($0) }
    }
    #expect(error?.problem.hasPrefix("has inf in row 89997, column 4") == true)
    #expect(parts.count > 10 && parts == parts.sorted() && parts.last! > 0.9 && parts.last! < 1)
  }

  @Test func `a window so large that its rows are written past the caches has the right rows`()
    throws
  {
    // A row that is not a multiple of anything, so that rows begin anywhere in memory.
    let (rows, rowBytes) = (1500, (64 << 10) + 13)
    let path = folder.file("large.h5")
    let file = try File(creating: path)
    try file.createDataset("train/targets", .uint16, shape: [rows])
      .write((0..<rows).map { UInt16($0) })
    let place = try #require(
      try file.createDataset(
        "train/features", .uint8, shape: [rows, rowBytes], storage: .preallocated
      ).fileOffset)
    try file.close()
    // What is not written takes no place on the disk, and is zero.
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    let marks = [0, rowBytes / 2, rowBytes - 2]
    for row in 0..<rows {
      for mark in marks {
        try handle.seek(toOffset: UInt64(place + row * rowBytes + mark))
        try handle.write(contentsOf: Data([UInt8(row >> 8) + 1, UInt8(row & 0xFF)]))
      }
    }
    try handle.close()
    let data = try Datasets.Dataset(path: path)
    let stream = try data.stream(
      .train, geometry: .window(blockRows: 4, windowBlocks: 260), batch: 30,
      budget: data.residentBytes(.train) - 1)
    let features = stream.memory.features.bytes
    #expect(!stream.plan.staysResident && rowBytes >= ResidentRows.leastRowPastCaches)
    #expect(features.count >= ResidentRows.leastBufferPastCaches)
    let pass = stream.pass(seed: 3)
    defer { pass.end() }
    let indices = AlignedBuffer<Int32>(count: 30)
    var drawn: [Int32] = []
    var isRight = true
    while case let count = try pass.next(30, into: indices.pointer), count > 0 {
      let places = Array(indices.pointer[..<count])
      let labels = stream.memory.labels(places)
      for (place, row) in zip(places, labels) {
        for mark in marks {
          let byte = Int(place) * rowBytes + mark
          isRight =
            isRight && features[byte] == UInt8(row >> 8) + 1
            && features[byte + 1] == UInt8(row & 0xFF)
        }
      }
      drawn += labels
    }
    #expect(isRight)
    #expect(drawn.sorted() == (0..<Int32(rows)).map { $0 })
  }

  @Test func `a window that does not fit is refused with the arithmetic`() throws {
    let data = try write("data.h5", StorageOptions(chunkBytes: 960))
    let error = #expect(throws: DatasetError.self) {
      try data.stream(
        .train, geometry: .window(blockRows: 100, windowBlocks: 10), batch: 10, budget: 400_000)
    }
    let problem = error?.problem ?? ""
    #expect(
      problem.contains(
        "(10 blocks in the window and 2 read ahead, of 100 rows of 48 + 4 + 4 + 8 bytes, and a "
          + "mini-batch: "),
      "\(problem)")
    #expect(error?.expected == "at most 400000, the memory budget")
    #expect(
      error?.remedy
        == "raise --memory-budget, or draw from fewer rows at a time (--window-blocks, --block-rows)"
    )
  }

  @Test(arguments: [0, 700]) func `long rows come from their places in the file, also to a resume`(
    skipping: Int
  ) throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("long.h5"))
    try file.createDataset("train/features", .float32, shape: [2000, 300])
      .write((0..<2000 * 300).map { Float($0) })
    try file.createDataset("train/targets", .uint8, shape: [2000])
      .write([UInt8](repeating: 0, count: 2000))
    try file.close()
    let geometry = ShuffleGeometry.window(blockRows: 40, windowBlocks: 6)
    let stream = try Datasets.Dataset(path: folder.file("long.h5"))
      .stream(.train, geometry: geometry, batch: 64, decoders: 2, budget: 2 << 20)
    #expect(!stream.plan.staysResident)
    var order = EpochOrder(rows: 2000, geometry: geometry, seed: 5, epoch: 1)
    order.skip(skipping)
    let pass = stream.pass(seed: 5, epoch: 1, skipping: skipping)
    defer { pass.end() }
    let (rows, places) = (AlignedBuffer<Int32>(count: 64), AlignedBuffer<Int32>(count: 64))
    while case let count = try pass.next(64, into: places.pointer), count > 0 {
      #expect(order.next(64, into: rows.pointer) == count)
      let expected = rows.pointer[..<count].flatMap { row in
        (Int(row) * 300..<Int(row) * 300 + 300).map { Float($0) }
      }
      #expect(stream.memory.features(Array(places.pointer[..<count])) == expected)
    }
  }
}
