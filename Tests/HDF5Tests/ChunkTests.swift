import HDF5
import TestSupport
import Testing

@Suite struct ChunkTests {
  let folder = TemporaryDirectory()
  let file: File

  init() throws {
    file = try File(creating: folder.file("a.h5"))
  }

  private func reopen() throws -> File {
    try file.close()
    return try File(opening: file.path)
  }

  private func readChunk(_ dataset: Dataset, at offset: [Int], room: Int = 1000) throws
    -> (bytes: [UInt8], filterMask: UInt32)
  {
    var memory = [UInt8](repeating: 0xAA, count: room)
    let (count, mask) = try memory.withUnsafeMutableBytes {
      try dataset.readChunk(at: offset, into: $0)
    }
    #expect(memory[count...].allSatisfy { $0 == 0xAA })
    return (Array(memory[..<count]), mask)
  }

  @Test func `a stored chunk is whole, also at the edge`() throws {
    let dataset = try file.createDataset("x", .uint8, shape: [3, 3], storage: .chunked([2, 2]))
    try dataset.write((1...9).map { UInt8($0) })
    #expect(try readChunk(dataset, at: [0, 0]).bytes == [1, 2, 4, 5])
    #expect(try readChunk(dataset, at: [0, 2]).bytes == [3, 0, 6, 0])
    #expect(try readChunk(dataset, at: [2, 2]).bytes == [9, 0, 0, 0])
    #expect(try dataset.storedChunkByteCount(at: [2, 2]) == 4)
  }

  @Test func `the place of a stored chunk is where its bytes lie in the file`() throws {
    let dataset = try file.createDataset("x", .uint8, shape: [6], storage: .chunked([2]))
    try dataset.write([201, 202, 203, 204] as [UInt8], to: Slab(rows: 0..<4, of: [6]))
    #expect(try dataset.chunkFileOffset(at: [4]) == nil)
    try file.flush()
    let place = try #require(try dataset.chunkFileOffset(at: [2]))
    #expect(try bytes(of: file.path)[place..<place + 2] == [203, 204])
  }

  @Test(arguments: [nil, 200_000])
  func `preallocated chunks have places that hold their rows`(metadataBytes: Int?) throws {
    let path = folder.file("b.h5")
    let file = try File(creating: path, metadataBytes: metadataBytes)
    for name in ["x", "y"] {
      try file.createDataset(
        name, .uint16, shape: [9999, 2], storage: .preallocatedChunks([10, 2]))
    }
    try file.close()
    let opened = try File(opening: path)
    for name in ["x", "y"] {
      let dataset = try opened.dataset(name)
      let places = try dataset.chunkFileOffsets
      #expect(places.count == 1000)
      #expect(
        try places
          == (0..<1000).map { try #require(try dataset.chunkFileOffset(at: [$0 * 10, 0])) })
      let areTogether = zip(places, places.dropFirst()).allSatisfy { $1 - $0 == 40 }
      #expect(areTogether == (metadataBytes != nil))
    }
    try opened.close()
    let places = try File(opening: path).dataset("y").chunkFileOffsets
    var content = try bytes(of: path)
    for (chunk, place) in places.enumerated() {
      let rows = [UInt16](repeating: UInt16(chunk), count: 20)
      rows.withUnsafeBytes { content.replaceSubrange(place..<place + 40, with: $0) }
    }
    try folder.write(content, to: "c.h5")
    #expect(
      try File(opening: folder.file("c.h5")).dataset("y").values(as: UInt16.self)
        == (0..<9999 * 2).map { UInt16($0 / 20) })
  }

  @Test func `a stored chunk has gone through the filters and the byte order`() throws {
    let dataset = try file.createDataset(
      "x", .uint16, shape: [4], storage: .chunked([4], filters: [.shuffle]), byteOrder: .bigEndian)
    try dataset.write([0x0102, 0x0304, 0x0506, 0x0708] as [UInt16])
    #expect(try readChunk(dataset, at: [0]).bytes == [1, 3, 5, 7, 2, 4, 6, 8])
  }

  @Test func `chunks that are copied as stored give the same dataset`() throws {
    let storage = Storage.chunked([8, 5], filters: [.shuffle, .deflate(6)])
    let source = try file.createDataset("a", .int32, shape: [20, 9], storage: storage)
    try source.write((0..<180).map { Int32($0 * $0) })
    let copy = try file.createDataset("b", .int32, shape: [20, 9], storage: storage)
    for row in stride(from: 0, to: 20, by: 8) {
      for column in stride(from: 0, to: 9, by: 5) {
        let (bytes, mask) = try readChunk(source, at: [row, column])
        try bytes.withUnsafeBytes {
          try copy.writeChunk(at: [row, column], filterMask: mask, from: $0)
        }
      }
    }
    #expect(try copy.values(as: Int32.self) == (0..<180).map { Int32($0 * $0) })
  }

  @Test func `the filter mask says which filters were left out`() throws {
    let dataset = try file.createDataset(
      "x", .uint8, shape: [4], storage: .chunked([4], filters: [.shuffle, .deflate(6)]))
    try [UInt8](1...4).withUnsafeBytes {
      try dataset.writeChunk(at: [0], filterMask: 0b11, from: $0)
    }
    let reopened = try reopen().dataset("x")
    #expect(try reopened.values(as: UInt8.self) == [1, 2, 3, 4])
    let (bytes, mask) = try readChunk(reopened, at: [0])
    #expect(bytes == [1, 2, 3, 4])
    #expect(mask == 0b11)
  }

  @Test func `a chunk that was never written has no bytes`() throws {
    let dataset = try file.createDataset("x", .uint8, shape: [8], storage: .chunked([4]))
    try dataset.write([UInt8](1...4), to: Slab(offset: [4], count: [4]))
    func check(_ dataset: Dataset) throws {
      #expect(try dataset.storedChunkByteCount(at: [0]) == 0)
      #expect(try readChunk(dataset, at: [0]).bytes == [])
      #expect(try readChunk(dataset, at: [4]).bytes == [1, 2, 3, 4])
    }
    try check(dataset)
    try check(reopen().dataset("x"))
  }

  @Test func `a dataset that was never written has no chunk`() throws {
    func check(_ dataset: Dataset) throws {
      #expect(try dataset.storedChunkByteCount(at: [4]) == 0)
      #expect(try readChunk(dataset, at: [4]).bytes == [])
    }
    try check(file.createDataset("x", .uint8, shape: [8], storage: .chunked([4])))
    try check(reopen().dataset("x"))
  }

  @Test func `a chunk larger than the memory is refused and writes nothing`() throws {
    let dataset = try file.createDataset("x", .uint8, shape: [4], storage: .chunked([4]))
    try dataset.write([UInt8](1...4))
    #expect(
      failure { _ = try readChunk(dataset, at: [0], room: 3) }?.problem
        == "the chunk at [0] has 4 bytes; there is memory for 3")
  }

  @Test(arguments: [[1, 0], [0, 1], [-2, 0], [0], [0, 0, 0]])
  func `a place where no chunk starts is refused`(offset: [Int]) throws {
    let dataset = try file.createDataset("x", .uint8, shape: [3, 3], storage: .chunked([2, 2]))
    #expect(
      failure { _ = try readChunk(dataset, at: offset) }?.problem
        == "no chunk starts at \(offset): the chunks are [2, 2]")
    #expect(try readChunk(dataset, at: [4, 0]).bytes.isEmpty)
  }

  @Test func `a dataset without chunks has none to read`() throws {
    let dataset = try file.createDataset("x", .uint8, shape: [3])
    #expect(
      failure { _ = try readChunk(dataset, at: [0]) }?.problem.contains("contiguous") == true)
  }

  @Test func `a chunk that does not decode is an error that names the dataset`() throws {
    let dataset = try file.createDataset(
      "x", .uint8, shape: [4], storage: .chunked([4], filters: [.deflate(6)]))
    try [UInt8](1...4).withUnsafeBytes { try dataset.writeChunk(at: [0], from: $0) }
    let error = failure { _ = try dataset.values(as: UInt8.self) }
    #expect(error?.object == "/x")
    #expect(error?.problem == "H5Dread failed")
    #expect(error?.libraryMessages.first?.contains("inflate() failed") == true)
  }
}
