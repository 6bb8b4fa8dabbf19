import HDF5

/// An array in NPY's format: a file of its own, or a member of an NPZ archive.
final class NPYArray {
  let path: String
  let header: NPYHeader
  private let source: any ByteSource

  /// Reads the header, and checks against it the length where that is known without reading the
  /// values.
  init(_ source: any ByteSource) throws(ConversionError) {
    self.source = source
    path = source.path
    let reader = try source.openReader()
    header = try NPYHeader(reader)
    let expected = header.length + header.byteCount
    guard let size = reader.byteCount else {
      guard expected <= reader.mostBytes else {
        throw ConversionError(
          subject: path, problem: "declares \(expected) bytes",
          expected: "at most \(reader.mostBytes), which is what its compressed data can hold",
          remedy: "the file is damaged: get it again")
      }
      return
    }
    guard size == expected else {
      throw ConversionError(
        subject: path, problem: "has \(size) bytes",
        expected: "\(expected), as its header declares",
        remedy: size < expected
          ? "the file is cut short: get it again"
          : "the file is damaged, or holds more than one array: write each to its own file")
    }
  }

  /// Whether its rows lie in the file one after another, as they are.
  var isStored: Bool {
    !(header.isFortranOrder && header.shape.count > 1)
      && (source as? SourceFile)?.compression == Compression.none
  }

  /// Begins to read rows from the first one on.
  func openRows() throws(ConversionError) -> any NPYRows {
    header.isFortranOrder && header.shape.count > 1
      ? try NPYFortranRows(header, source.openAnywhere())
      : try NPYSequentialRows(header, source.openReader())
  }
}

/// The rows of an array, front to back.
protocol NPYRows {
  /// Reads the next rows in the machine's byte order, each with its last index moving fastest.
  mutating func read(rows: Int, into bytes: UnsafeMutableRawBufferPointer) throws(ConversionError)

  /// Passes over the next rows.
  mutating func skip(rows: Int) throws(ConversionError)
}

extension NPYHeader {
  /// Makes values of the file values of the machine.
  func convert(_ bytes: UnsafeMutableRawBufferPointer) {
    if type.isBoolean {
      for index in bytes.indices { bytes[index] = bytes[index] == 0 ? 0 : 1 }
    }
    if type.order != .native { swapByteOrder(bytes, wordBytes: type.element.byteCount) }
  }
}
