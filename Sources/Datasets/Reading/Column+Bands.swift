import HDF5

extension Column {
  /// Reads all rows front to back, a band at a time, into memory that is used again for the next.
  func readBands(
    _ use: (Int, UnsafeRawBufferPointer) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let reader = try ColumnReader(self)
    let bandRows = min(rows, max(1, (1 << 20) / max(rowBytes, 16)))
    reader.keep(bytes: reader.unitBytes)
    let scratch = DecoderScratch()
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * rowBytes, alignment: 64)
    defer { memory.deallocate() }
    var start = 0
    while start < rows {
      let range = start..<min(start + bandRows, rows)
      let band = UnsafeMutableRawBufferPointer(rebasing: memory[..<(range.count * rowBytes)])
      try reader.read(range, into: band, scratch: scratch)
      try use(start, UnsafeRawBufferPointer(band))
      start = range.upperBound
    }
  }
}
