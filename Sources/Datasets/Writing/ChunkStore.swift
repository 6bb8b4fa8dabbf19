import HDF5

/// Takes the chunks of a column to the file.
protocol ChunkStore: Sendable {
  /// How far behind the start of a page of memory a chunk best begins that is stored first.
  func offsetInPage(ofChunk chunk: Int) -> Int

  /// Stores whole chunks that follow one another.
  ///
  /// - Parameters:
  ///   - chunks: the rows, and zeros behind the last one of the dataset to the end of its chunk.
  ///   - first: the number of the first one.
  func store(_ chunks: UnsafeRawBufferPointer, first: Int) throws(DatasetError)
}

/// Compresses chunks on all cores, and has the library write them one by one.
///
/// One thread at a time may use it.
final class CompressedChunks: ChunkStore, @unchecked Sendable {
  private let dataset: HDF5.Dataset
  private let chunkRows: Int
  private let chunkBytes: Int
  private let encoder: ChunkEncoder
  private let file: String
  /// For each chunk that is stored at a time, room to compress it.
  private let memory: UnsafeMutableRawBufferPointer

  /// - Parameters:
  ///   - chunks: that are stored at a time, at most.
  ///   - file: its name for the user.
  init(
    _ dataset: HDF5.Dataset, chunkRows: Int, chunkBytes: Int, chunks: Int, encoder: ChunkEncoder,
    file: String
  ) {
    self.dataset = dataset
    self.chunkRows = chunkRows
    self.chunkBytes = chunkBytes
    self.encoder = encoder
    self.file = file
    memory = .allocate(
      byteCount: chunks * (chunkBytes + encoder.bound(chunkBytes)), alignment: 64)
  }

  deinit { memory.deallocate() }

  func offsetInPage(ofChunk chunk: Int) -> Int { 0 }

  func store(_ chunks: UnsafeRawBufferPointer, first: Int) throws(DatasetError) {
    let sizes = encode(chunks)
    try DatasetError.converting(file: file) { () throws(HDF5Error) in
      for (chunk, size) in sizes.enumerated() {
        try dataset.writeChunk(
          at: [(first + chunk) * chunkRows] + dataset.shape.dropFirst().map { _ in 0 },
          from: UnsafeRawBufferPointer(rebasing: memory[stored(chunk)].prefix(size)))
      }
    }
  }

  /// Each iteration reads its own chunk, and writes its own part of the memory.
  /// - Returns: the bytes of each.
  private func encode(_ chunks: UnsafeRawBufferPointer) -> [Int] {
    nonisolated(unsafe) let chunks = chunks
    return concurrentResults(chunks.count / chunkBytes) { [self] chunk in
      let start = chunk * chunkBytes
      let bytes = UnsafeRawBufferPointer(rebasing: chunks[start..<start + chunkBytes])
      let out = stored(chunk)
      return encoder.encode(
        bytes,
        scratch: UnsafeMutableRawBufferPointer(
          rebasing: memory[out.lowerBound - chunkBytes..<out.lowerBound]),
        into: UnsafeMutableRawBufferPointer(rebasing: memory[out]))
    }
  }

  /// Where the compressed form of a chunk goes; before it is scratch of a chunk's size.
  private func stored(_ chunk: Int) -> Range<Int> {
    let stride = chunkBytes + encoder.bound(chunkBytes)
    return chunk * stride + chunkBytes..<(chunk + 1) * stride
  }
}

/// Writes chunks as they are to the places that they have, past the library. (On one thread: the system
/// lets no two write to a file at a time.)
///
/// Any thread may use it, each for other rows.
final class PlacedChunks: ChunkStore, @unchecked Sendable {
  private let output: AtomicFile
  /// Where each chunk lies in the file.
  private let places: [Int]
  private let chunkBytes: Int
  /// Bytes of rows that an earlier writer has stored: they are not written again.
  private let storedBytes: Int

  init(_ output: AtomicFile, places: [Int], chunkBytes: Int, storedBytes: Int) {
    self.output = output
    self.places = places
    self.chunkBytes = chunkBytes
    self.storedBytes = storedBytes
  }

  /// As it lies in the file, so that pages can go there past the system's cache.
  func offsetInPage(ofChunk chunk: Int) -> Int {
    places.indices.contains(chunk) ? places[chunk] % DirectWriter.pageBytes : 0
  }

  func store(_ chunks: UnsafeRawBufferPointer, first: Int) throws(DatasetError) {
    // From the first chunk on that is not there whole.
    let start = max(0, storedBytes / chunkBytes - first) * chunkBytes
    guard start < chunks.count else { return }
    try write(UnsafeRawBufferPointer(rebasing: chunks[start...]), at: first * chunkBytes + start)
    let last = places[first + chunks.count / chunkBytes - 1] + chunkBytes
    if places[first] < last { output.startWriting(places[first]..<last) }
  }

  /// Writes a part of the column's bytes.
  func write(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(DatasetError) {
    try forEachPart(of: start..<start + bytes.count) { part, place throws(DatasetError) in
      let part = part.lowerBound - start..<part.upperBound - start
      try output.write(UnsafeRawBufferPointer(rebasing: bytes[part]), at: place)
    }
  }

  /// Reads a part of the column's bytes.
  func read(
    at start: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    try forEachPart(of: start..<start + bytes.count) { part, place throws(DatasetError) in
      let part = part.lowerBound - start..<part.upperBound - start
      try output.read(at: place, into: UnsafeMutableRawBufferPointer(rebasing: bytes[part]))
    }
  }

  /// Calls `body` with each part of a range of the column's bytes that lies in one piece, and where
  /// that is in the file.
  private func forEachPart(
    of range: Range<Int>, _ body: (Range<Int>, Int) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    var start = range.lowerBound
    while start < range.upperBound {
      let (chunk, offset) = start.quotientAndRemainder(dividingBy: chunkBytes)
      // Chunks that lie one behind another are one part.
      var last = chunk
      while (last + 1) * chunkBytes < range.upperBound,
        places[last + 1] == places[last] + chunkBytes
      {
        last += 1
      }
      let end = min(range.upperBound, (last + 1) * chunkBytes)
      try body(start..<end, places[chunk] + offset)
      start = end
    }
  }
}
