import Dispatch
import HDF5

// Decoding chunks on all cores, outside the library's lock.
extension Column {
  /// How to decode chunks here; nil where the library must, because of filters or byte order, or
  /// because chunks split rows.
  var decoder: ChunkDecoder? {
    guard case .chunked(let chunk) = dataset.layout, Array(chunk.dropFirst()) == rowShape,
      chunk[0] * rowBytes <= 64 << 20,
      case .number(_, let order) = dataset.storedType, order == .native || type.byteCount == 1
    else { return nil }
    return ChunkDecoder(filters: dataset.filters, elementBytes: type.byteCount)
  }

  /// Reads the rows of `range`, which starts with a chunk.
  func decodeChunks(
    of range: Range<Int>, chunkRows: Int, decoder: ChunkDecoder,
    into band: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    let chunkBytes = chunkRows * rowBytes
    let stored = stride(from: range.lowerBound, to: range.upperBound, by: chunkRows).map {
      readStored($0, chunkBytes: chunkBytes)
    }
    defer { for chunk in stored { chunk.bytes.deallocate() } }
    // Each iteration reads its own stored chunk, and writes its own part of the band and its own
    // flag.
    let failed = [Bool](unsafeUninitializedCapacity: stored.count) { flags, count in
      nonisolated(unsafe) let flags = flags
      nonisolated(unsafe) let stored = stored
      nonisolated(unsafe) let band = band
      DispatchQueue.concurrentPerform(iterations: stored.count) { index in
        let start = index * chunkBytes
        let part = UnsafeMutableRawBufferPointer(
          rebasing: band[start..<min(start + chunkBytes, band.count)])
        (flags.baseAddress! + index).initialize(
          to: !stored[index].isMissing
            && !decoder.decode(stored[index], chunkBytes: chunkBytes, into: part))
      }
      count = stored.count
    }
    for (index, start) in stride(from: range.lowerBound, to: range.upperBound, by: chunkRows)
      .enumerated()
    {
      let rows = start..<min(start + chunkRows, range.upperBound)
      if failed[index] {
        throw error(
          "has damaged data in chunk \(start / chunkRows) (rows \(rows.lowerBound) to "
            + "\(rows.upperBound - 1)): its \(stored[index].byteCount) bytes do not decompress",
          expected: "\(chunkBytes) bytes of rows", remedy: "get the file again, or convert it again"
        )
      }
      if stored[index].isMissing {
        let offset = (start - range.lowerBound) * rowBytes
        try readByLibrary(
          rows,
          into: UnsafeMutableRawBufferPointer(
            rebasing: band[offset..<offset + rows.count * rowBytes]))
      }
    }
  }

  /// Reads a chunk as it is stored. What fails here is left to the library, which tells a chunk
  /// that was never written from damage.
  private func readStored(_ start: Int, chunkBytes: Int) -> StoredChunk {
    let offset = [start] + rowShape.map { _ in 0 }
    let size = (try? dataset.storedChunkByteCount(at: offset)) ?? 0
    // What does not compress grows a little; more than that is damage, and `decode` says so.
    let limit = chunkBytes + chunkBytes / 8 + 1024
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, min(size, limit)), alignment: 64)
    guard size > 0, size <= limit else {
      return StoredChunk(bytes: bytes, byteCount: size, filterMask: 0)
    }
    let (count, mask) = (try? dataset.readChunk(at: offset, into: bytes)) ?? (0, 0)
    return StoredChunk(bytes: bytes, byteCount: count, filterMask: mask)
  }
}

/// A chunk as it lies in the file.
private struct StoredChunk {
  let bytes: UnsafeMutableRawBufferPointer
  let byteCount: Int
  let filterMask: UInt32

  var isMissing: Bool { byteCount == 0 }
}

extension ChunkDecoder {
  /// - Parameter rows: the chunk's rows, fewer than it has room for at the edge of the data.
  fileprivate func decode(
    _ stored: StoredChunk, chunkBytes: Int, into rows: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard stored.byteCount <= stored.bytes.count else { return false }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 64)
    defer { scratch.deallocate() }
    let bytes = UnsafeRawBufferPointer(rebasing: stored.bytes[..<stored.byteCount])
    if rows.count == chunkBytes {
      return decode(bytes, filterMask: stored.filterMask, scratch: scratch, into: rows)
    }
    let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 64)
    defer { whole.deallocate() }
    guard decode(bytes, filterMask: stored.filterMask, scratch: scratch, into: whole) else {
      return false
    }
    rows.copyMemory(from: UnsafeRawBufferPointer(rebasing: whole[..<rows.count]))
    return true
  }
}
