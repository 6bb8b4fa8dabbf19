import Dispatch
import HDF5

extension Column {
  /// Reads all rows, front to back, in the machine's byte order, and verifies their checksums.
  ///
  /// - Parameters:
  ///   - memory: exactly as many bytes as the rows have.
  ///   - check: looks at each band of rows while it is in the cache: its first row, its bytes.
  func readAll(
    into memory: UnsafeMutableRawBufferPointer,
    check: (Int, UnsafeRawBufferPointer) throws(DatasetError) -> Void = { _, _ in }
  ) throws(DatasetError) {
    precondition(memory.count == rows * rowBytes, "memory of another size")
    try forEachBand { range throws(DatasetError) in
      let band = UnsafeMutableRawBufferPointer(
        rebasing: memory[range.lowerBound * rowBytes..<range.upperBound * rowBytes])
      try read(range, into: band)
      try check(range.lowerBound, UnsafeRawBufferPointer(band))
    }
  }

  /// Reads all rows, a band at a time, into memory that is used again for the next one.
  func readBands(
    _ use: (Int, UnsafeRawBufferPointer) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(bandRows, rows) * rowBytes, alignment: 64)
    defer { memory.deallocate() }
    try forEachBand { range throws(DatasetError) in
      let band = UnsafeMutableRawBufferPointer(rebasing: memory[..<(range.count * rowBytes)])
      try read(range, into: band)
      try use(range.lowerBound, UnsafeRawBufferPointer(band))
    }
  }

  /// Rows of a band: about 4 MiB, of whole chunks and whole checksums.
  private var bandRows: Int {
    let unit = checksums?.rowsPerChecksum ?? chunkRows ?? 1
    let (unitBytes, overflow) = unit.multipliedReportingOverflow(by: rowBytes)
    return overflow ? unit : unit * max(1, (4 << 20) / unitBytes)
  }

  private func forEachBand(
    _ body: (Range<Int>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    var start = 0
    while start < rows {
      let end = rows - start > bandRows ? start + bandRows : rows
      try body(start..<end)
      start = end
    }
  }

  private func read(
    _ range: Range<Int>, into band: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    if let decoder, let chunkRows, range.lowerBound.isMultiple(of: chunkRows) {
      try decodeChunks(of: range, chunkRows: chunkRows, decoder: decoder, into: band)
    } else {
      try readByLibrary(range, into: band)
    }
    try checksums?.verify(
      UnsafeRawBufferPointer(band), from: range.lowerBound, rowBytes: rowBytes, file: file.path,
      dataset: path)
  }

  private func readByLibrary(
    _ range: Range<Int>, into band: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    do {
      try dataset.read(Slab(rows: range, of: shape), as: type, into: band)
    } catch {
      var error = DatasetError(error)
      error.problem += " in rows \(range.lowerBound) to \(range.upperBound - 1)"
      throw error
    }
  }
}

// Decoding on all cores.
extension Column {
  /// How to decode chunks here; nil where the library must, because of filters or byte order, or
  /// because chunks split rows.
  private var decoder: ChunkDecoder? {
    guard case .chunked(let chunk) = dataset.layout, Array(chunk.dropFirst()) == rowShape,
      chunk[0] * rowBytes <= 64 << 20,
      case .number(_, let order) = dataset.storedType, order == .native || type.byteCount == 1
    else { return nil }
    return ChunkDecoder(filters: dataset.filters, elementBytes: type.byteCount)
  }

  /// - Parameter range: starts with a chunk, and ends with one or with the data.
  private func decodeChunks(
    of range: Range<Int>, chunkRows: Int, decoder: ChunkDecoder,
    into band: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    let chunkBytes = chunkRows * rowBytes
    var stored: [StoredChunk] = []
    defer { for chunk in stored { chunk.bytes.deallocate() } }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: chunkRows) {
      stored.append(try readStored(start, chunkBytes: chunkBytes))
    }
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
        // Never written: the library knows the value that stands for it.
        let offset = (start - range.lowerBound) * rowBytes
        try readByLibrary(
          rows,
          into: UnsafeMutableRawBufferPointer(
            rebasing: band[offset..<offset + rows.count * rowBytes]))
      }
    }
  }

  private func readStored(_ start: Int, chunkBytes: Int) throws(DatasetError) -> StoredChunk {
    let offset = [start] + rowShape.map { _ in 0 }
    return try DatasetError.converting { () throws(HDF5Error) in
      let size = try dataset.storedChunkByteCount(at: offset)
      // What does not compress grows a little; more than that is damage, and `decode` says so.
      let limit = chunkBytes + chunkBytes / 8 + 1024
      let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(1, min(size, limit)), alignment: 64)
      guard size > 0, size <= limit else {
        return StoredChunk(bytes: bytes, byteCount: size, filterMask: 0)
      }
      do throws(HDF5Error) {
        let (count, mask) = try dataset.readChunk(at: offset, into: bytes)
        return StoredChunk(bytes: bytes, byteCount: count, filterMask: mask)
      } catch {
        bytes.deallocate()
        throw error
      }
    }
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
