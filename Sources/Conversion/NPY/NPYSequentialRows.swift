/// Rows that follow one another in the file (C order).
struct NPYSequentialRows: NPYRows {
  private let header: NPYHeader
  private let reader: any ByteReader
  private var nextRow = 0

  init(_ header: NPYHeader, _ reader: any ByteReader) throws(ConversionError) {
    self.header = header
    self.reader = reader
    // The header was checked before.
    _ = try reader.read(count: header.length)
  }

  mutating func read(
    rows: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) {
    let count = try reader.read(into: bytes)
    guard count == bytes.count else {
      throw ConversionError(
        subject: reader.path,
        problem: "ends after \(nextRow + count / header.rowBytes) rows",
        expected: "\(header.rows) rows of \(header.rowBytes) bytes",
        remedy: "the file is cut short: get it again")
    }
    nextRow += rows
    header.convert(bytes)
    guard nextRow < header.rows || reader.byteCount != nil else {
      // Also has the last checksum of compressed data compared.
      guard try reader.read(count: 1).isEmpty else {
        throw ConversionError(
          subject: reader.path, problem: "goes on after its \(header.rows) rows",
          expected: "\(header.length + header.byteCount) bytes, as its header declares",
          remedy: "the file is damaged, or holds more than one array: write each to its own file")
      }
      return
    }
  }

  mutating func skip(rows: Int) throws(ConversionError) {
    let mostRows = max(1, min(rows, (1 << 20) / header.rowBytes))
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: mostRows * header.rowBytes, alignment: 64)
    defer { memory.deallocate() }
    for first in stride(from: 0, to: rows, by: mostRows) {
      let count = min(mostRows, rows - first)
      try read(
        rows: count,
        into: UnsafeMutableRawBufferPointer(rebasing: memory[..<(count * header.rowBytes)]))
    }
  }
}
