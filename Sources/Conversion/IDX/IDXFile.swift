import HDF5

/// An IDX file open for reading, front to back.
final class IDXFile {
  let header: IDXHeader
  let source: SourceFile
  private let reader: SourceReader
  private var nextRow = 0

  var path: String { source.path }

  /// Opens the file and checks its header, and against it the file's length where that is known
  /// without reading the values.
  init(_ source: SourceFile) throws(ConversionError) {
    self.source = source
    reader = try source.open()
    let path = source.path
    let (type, dimensions) = try IDXHeader.magic(try reader.read(count: 4), path: path)
    let sizes = try reader.read(count: 4 * dimensions)
    guard sizes.count == 4 * dimensions else {
      throw ConversionError(
        subject: path, problem: "ends within its header",
        expected: "\(dimensions) dimensions of 4 bytes each", remedy: Self.cutShort)
    }
    header = try IDXHeader(type: type, dimensions: sizes, path: path)
    try checkLength()
  }

  /// Reads the next rows, in the machine's byte order.
  /// - Parameter rows: at most as many as are left.
  func read(rows: Int, into bytes: UnsafeMutableRawBufferPointer) throws(ConversionError) {
    precondition(nextRow + rows <= header.rows && bytes.count == rows * header.rowBytes)
    let count = try reader.read(into: bytes)
    guard count == bytes.count else {
      throw ConversionError(
        subject: path,
        problem: "ends after \(nextRow + count / header.rowBytes) rows",
        expected: "\(header.rows) rows of \(header.rowBytes) bytes", remedy: Self.cutShort)
    }
    nextRow += rows
    if ByteOrder.native != .bigEndian {
      swapByteOrder(bytes, wordBytes: header.type.byteCount)
    }
    if nextRow == header.rows { try checkEnd() }
  }

  private func checkLength() throws(ConversionError) {
    let expected = header.length + header.byteCount
    if let size = reader.byteCount {
      guard size == expected else {
        throw ConversionError(
          subject: path, problem: "has \(size) bytes",
          expected: "\(expected), as its header declares",
          remedy: size < expected ? Self.cutShort : Self.tooLong)
      }
    } else if header.byteCount > reader.mostBytes {
      throw ConversionError(
        subject: path,
        problem: "declares \(expected) bytes, which \(reader.size) bytes of "
          + "\(reader.compression.name) cannot hold",
        remedy: "the file is damaged: get it again")
    }
  }

  private func checkEnd() throws(ConversionError) {
    guard try reader.read(count: 1).isEmpty else {
      throw ConversionError(
        subject: path, problem: "goes on after its \(header.rows) rows",
        expected: "\(header.length + header.byteCount) bytes, as its header declares",
        remedy: Self.tooLong)
    }
  }

  private static let cutShort = "the file is cut short: get it again"
  private static let tooLong = "the file is damaged, or not what its header says: get it again"
}
