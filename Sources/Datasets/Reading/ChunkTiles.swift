import HDF5

/// The chunks of a column, which may split its rows (h5py's own chunks do): bands of rows are put
/// together from all chunks that cross them.
struct ChunkTiles: Sendable {
  private let column: Column
  private let decoder: ChunkDecoder
  /// The shapes of a chunk and of the column, rows first, and of one element's bytes.
  private let chunk: [Int]
  private let shape: [Int]
  private let elementBytes: Int
  let chunkBytes: Int
  /// Bytes that a thread works with while it reads.
  var scratchBytes: Int { decoder.bufferCount * (chunkBytes + chunkBytes / 8 + 1024) }

  /// Whether a chunk has whole rows, so that it can be decoded where its rows belong.
  private let hasWholeRows: Bool
  /// Of chunks that are stored as they are.
  private let places: ChunkPlaces?

  init(column: Column, chunk: [Int], decoder: ChunkDecoder) {
    self.column = column
    self.chunk = chunk
    self.decoder = decoder
    shape = column.shape
    elementBytes = column.type.byteCount
    chunkBytes = chunk.reduce(elementBytes, *)
    hasWholeRows = Array(chunk.dropFirst()) == column.rowShape
    places =
      decoder.isIdentity ? ChunkPlaces(of: column, chunk: chunk, chunkBytes: chunkBytes) : nil
  }

  /// Reads rows in the file's byte order.
  ///
  /// - Returns: false where a chunk cannot be read as it is stored. That is left to the library,
  ///   which tells a chunk that was never written from damage.
  func read(
    _ rows: Range<Int>, into memory: UnsafeMutableRawBufferPointer, scratch: DecoderScratch
  ) throws(DatasetError) -> Bool {
    var start = rows.lowerBound / chunk[0] * chunk[0]
    while start < rows.upperBound {
      var tile = shape.map { _ in 0 }
      tile[0] = start
      repeat {
        guard try readTile(tile, rows, into: memory, scratch: scratch) else { return false }
      } while advance(&tile)
      start += chunk[0]
    }
    return true
  }

  /// Goes on to the next chunk of the same rows; false after the last.
  private func advance(_ tile: inout [Int]) -> Bool {
    for axis in stride(from: tile.count - 1, to: 0, by: -1) {
      tile[axis] += chunk[axis]
      if tile[axis] < shape[axis] { return true }
      tile[axis] = 0
    }
    return false
  }

  private func readTile(
    _ tile: [Int], _ rows: Range<Int>, into memory: UnsafeMutableRawBufferPointer,
    scratch: DecoderScratch
  ) throws(DatasetError) -> Bool {
    let rowBytes = column.rowBytes
    let end = tile[0] + chunk[0]
    if hasWholeRows, tile[0] >= rows.lowerBound, end <= rows.upperBound {
      let place = (tile[0] - rows.lowerBound) * rowBytes
      return try decode(
        tile, scratch,
        into: UnsafeMutableRawBufferPointer(rebasing: memory[place..<place + chunkBytes]))
    }
    scratch.reserveChunk(chunkBytes)
    let decoded = UnsafeMutableRawBufferPointer(rebasing: scratch.chunk[..<chunkBytes])
    guard try decode(tile, scratch, into: decoded) else { return false }
    copy(decoded, at: tile, rows, into: memory)
    return true
  }

  private func decode(
    _ tile: [Int], _ scratch: DecoderScratch, into target: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) -> Bool {
    if let places, let source = column.source, let place = try? places.place(of: tile) {
      let rows = tile[0]..<min(tile[0] + chunk[0], shape[0])
      try column.read(rows, from: source.descriptor, at: place, into: [target])
      return true
    }
    let room: UnsafeMutableRawBufferPointer
    if decoder.isIdentity {
      room = target
    } else {
      // What does not compress grows a little; more than that is damage.
      let most = chunkBytes + chunkBytes / 8 + 1024
      scratch.reserveStored(most)
      room = UnsafeMutableRawBufferPointer(rebasing: scratch.stored[..<most])
    }
    guard let (count, mask) = try? column.dataset.readChunk(at: tile, into: room), count > 0 else {
      if let size = try? column.dataset.storedChunkByteCount(at: tile), size > room.count {
        throw damage(tile, size)
      }
      return false
    }
    if decoder.isIdentity {
      guard count == chunkBytes else { throw damage(tile, count) }
      return true
    }
    let stored = UnsafeRawBufferPointer(rebasing: scratch.stored[..<count])
    guard decoder.decode(stored, filterMask: mask, scratch: scratch, into: target) else {
      throw damage(tile, count)
    }
    return true
  }

  private func damage(_ tile: [Int], _ size: Int) -> DatasetError {
    let last = min(tile[0] + chunk[0], shape[0]) - 1
    return column.error(
      "has damaged data in chunk \(tile[0] / chunk[0]) (rows \(tile[0]) to \(last))"
        + (hasWholeRows ? "" : " from \(tile) on") + column.place(ofTile: tile)
        + ": its \(size) bytes do not decode", expected: "\(chunkBytes) bytes of rows",
      remedy: "get the file again, or convert it again")
  }

  /// Copies what a decoded chunk has of `rows` to where it belongs.
  private func copy(
    _ decoded: UnsafeMutableRawBufferPointer, at tile: [Int], _ rows: Range<Int>,
    into memory: UnsafeMutableRawBufferPointer
  ) {
    let rank = shape.count
    // The part of the chunk that is wanted, along each axis.
    var lower = tile
    var upper = (0..<rank).map { min(tile[$0] + chunk[$0], shape[$0]) }
    lower[0] = max(tile[0], rows.lowerBound)
    upper[0] = min(upper[0], rows.upperBound)
    let run = (upper[rank - 1] - lower[rank - 1]) * elementBytes
    var place = lower
    while true {
      // Row-major positions in the chunk, and in the rows wanted.
      var source = 0
      var target = 0
      for axis in 0..<rank {
        source = source * chunk[axis] + place[axis] - tile[axis]
        target = target * shape[axis] + place[axis] - (axis == 0 ? rows.lowerBound : 0)
      }
      (memory.baseAddress! + target * elementBytes).copyMemory(
        from: decoded.baseAddress! + source * elementBytes, byteCount: run)
      var axis = rank - 2
      while axis >= 0 {
        place[axis] += 1
        if place[axis] < upper[axis] { break }
        place[axis] = lower[axis]
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
