import HDF5
import TestSupport
import Testing

@Suite struct RoundTripTests {
  static let storages: [Storage] = [
    .contiguous, .preallocated, .chunked([4, 2]), .chunked([3, 7], filters: [.deflate(4)]),
    .chunked([4, 3], filters: [.shuffle, .deflate(9), .fletcher32]),
  ]

  @Test(arguments: ElementType.allCases, storages)
  func `what is written is read, in either byte order`(type: ElementType, storage: Storage) throws {
    let folder = TemporaryDirectory()
    var generator = SeededGenerator(seed: 1)
    let written = generator.bytes(10 * 7 * type.byteCount)
    let file = try File(creating: folder.file("a.h5"))
    for order in ByteOrder.allCases {
      let dataset = try file.createDataset(
        order.rawValue, type, shape: [10, 7], storage: storage, byteOrder: order)
      try write(written, to: dataset, as: type)
    }
    try file.close()

    let reopened = try File(opening: folder.file("a.h5"))
    for order in ByteOrder.allCases {
      let dataset = try reopened.dataset(order.rawValue)
      let stored = type.byteCount == 1 ? .littleEndian : order
      #expect(dataset.storedType == .number(type, stored))
      #expect(try dataset.shape == [10, 7])
      #expect(try read(dataset, as: type, count: 70) == written)
    }
  }

  @Test(arguments: ElementType.allCases)
  func `a contiguous dataset lies at its offset in its byte order`(type: ElementType) throws {
    let folder = TemporaryDirectory()
    var generator = SeededGenerator(seed: 2)
    let written = generator.bytes(6 * type.byteCount)
    let file = try File(creating: folder.file("a.h5"))
    var offsets: [ByteOrder: Int] = [:]
    for order in ByteOrder.allCases {
      let dataset = try file.createDataset(
        order.rawValue, type, shape: [6], storage: .preallocated, byteOrder: order)
      offsets[order] = try dataset.fileOffset
      try write(written, to: dataset, as: type)
    }
    try file.close()
    let stored = try bytes(of: folder.file("a.h5"))
    for order in ByteOrder.allCases {
      let offset = try #require(offsets[order])
      let expected = order == .native ? written : reversed(written, each: type.byteCount)
      #expect(Array(stored[offset..<offset + written.count]) == expected)
    }
  }

  @Test func `bytes written at a preallocated offset are the dataset`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let offset = try #require(
      try file.createDataset("x", .float32, shape: [3], storage: .preallocated).fileOffset)
    try file.close()
    var content = try bytes(of: folder.file("a.h5"))
    let values: [Float] = [1.5, -2, .infinity]
    values.withUnsafeBytes { content.replaceSubrange(offset..<offset + 12, with: $0) }
    try folder.write(content, to: "a.h5")
    #expect(try File(opening: folder.file("a.h5")).dataset("x").values() == values)
  }

  @Test func `layout and filters are told`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let filters: [Filter] = [.shuffle, .deflate(3)]
    let chunked = try file.createDataset(
      "chunked", .int16, shape: [9, 2], storage: .chunked([4, 2], filters: filters))
    #expect(chunked.layout == .chunked([4, 2]))
    #expect(chunked.filters == filters)
    #expect(try chunked.storedByteCount == 0)
    #expect(try chunked.fileOffset == nil)
    let contiguous = try file.createDataset("contiguous", .int16, shape: [9, 2])
    #expect(contiguous.layout == .contiguous)
    #expect(contiguous.filters == [])
    #expect(try contiguous.fileOffset == nil)
    try contiguous.write([Int16](repeating: 1, count: 18))
    #expect(try contiguous.fileOffset != nil)
    #expect(try contiguous.storedByteCount == 36)
  }

  @Test func `single, empty and never written datasets read as what they are`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let scalar = try file.createDataset("scalar", .float64, shape: [])
    try scalar.write([2.5])
    #expect(try scalar.shape == [])
    #expect(try scalar.values(as: Double.self) == [2.5])
    let empty = try file.createDataset("empty", .float64, shape: [0, 3])
    try empty.write([Double]())
    #expect(try empty.values(as: Double.self) == [])
    let unwritten = try file.createDataset("unwritten", .uint8, shape: [2, 2])
    #expect(try unwritten.values(as: UInt8.self) == [0, 0, 0, 0])
  }

  @Test func `a dataset grows within its maximum shape`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let dataset = try file.createDataset(
      "x", .int32, shape: [0, 2], maximumShape: [nil, 4], storage: .chunked([3, 2]))
    #expect(try dataset.maximumShape == [nil, 4])
    for band in 0..<4 {
      let rows = 2 * band..<2 * band + 2
      try dataset.resize(to: [rows.upperBound, 2])
      let values = (4 * band..<4 * band + 4).map { Int32($0) }
      try dataset.write(values, to: Slab(rows: rows, of: [rows.upperBound, 2]))
    }
    #expect(try dataset.shape == [8, 2])
    #expect(try dataset.values(as: Int.self) == Array(0..<16))
    try dataset.resize(to: [1, 3])
    #expect(try dataset.values(as: Int.self) == [0, 1, 0])

    #expect(throws: HDF5Error.self) { try dataset.resize(to: [1, 5]) }
    #expect(throws: HDF5Error.self) { try dataset.resize(to: [1]) }
    #expect(throws: HDF5Error.self) { try dataset.resize(to: [-1, 1]) }
    let fixed = try file.createDataset("y", .int32, shape: [2])
    #expect(throws: HDF5Error.self) { try fixed.resize(to: [3]) }
  }
}
