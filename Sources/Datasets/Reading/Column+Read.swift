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

  func readByLibrary(
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
