/// Rows whose columns follow one another in the file (Fortran order): a block of rows is read
/// column by column, and transposed.
struct NPYFortranRows: NPYRows {
  private let header: NPYHeader
  private let file: RandomAccessFile
  private let columns: [Int]
  private let block: FortranBlock
  private var nextRow = 0

  init(_ header: NPYHeader, _ file: RandomAccessFile) throws(ConversionError) {
    self.header = header
    self.file = file
    let expected = header.length + header.byteCount
    guard file.size == expected else {
      throw ConversionError(
        subject: file.path, problem: "has \(file.size) bytes",
        expected: "\(expected), as its header declares",
        remedy: "the file is damaged: get it again")
    }
    columns = Self.places(of: header.rowShape)
    block = FortranBlock(
      rows: min(header.rows, max(1, Self.blockBytes / header.rowBytes)), rowBytes: header.rowBytes)
  }

  mutating func read(
    rows: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) {
    var filled = 0
    while filled < rows {
      if !block.range.contains(nextRow) {
        try fill(from: nextRow)
      }
      let count = min(rows - filled, block.range.upperBound - nextRow)
      let start = (nextRow - block.range.lowerBound) * header.rowBytes
      UnsafeMutableRawBufferPointer(rebasing: bytes[(filled * header.rowBytes)...]).copyMemory(
        from: UnsafeRawBufferPointer(
          rebasing: block.bytes[start..<start + count * header.rowBytes]))
      filled += count
      nextRow += count
    }
  }

  mutating func skip(rows: Int) { nextRow += rows }

  /// Long enough for a column's rows of a block to be worth a read of their own.
  private static let blockBytes = 32 << 20

  private func fill(from first: Int) throws(ConversionError) {
    let size = header.type.element.byteCount
    let rows = min(block.rows, header.rows - first)
    let column = UnsafeMutableRawBufferPointer.allocate(byteCount: rows * size, alignment: 64)
    defer { column.deallocate() }
    for (index, place) in columns.enumerated() {
      try file.read(into: column, at: header.length + (index * header.rows + first) * size)
      scatter(UnsafeRawBufferPointer(column), size: size, to: place * size)
    }
    header.convert(
      UnsafeMutableRawBufferPointer(rebasing: block.bytes[..<(rows * header.rowBytes)]))
    block.range = first..<first + rows
  }

  /// Puts a column's values into their rows.
  private func scatter(_ column: UnsafeRawBufferPointer, size: Int, to offset: Int) {
    func scatter<Word: FixedWidthInteger>(_: Word.Type) {
      var place = offset
      for index in stride(from: 0, to: column.count, by: size) {
        block.bytes.storeBytes(
          of: column.load(fromByteOffset: index, as: Word.self), toByteOffset: place, as: Word.self)
        place += header.rowBytes
      }
    }
    switch size {
    case 1: scatter(UInt8.self)
    case 2: scatter(UInt16.self)
    case 4: scatter(UInt32.self)
    default: scatter(UInt64.self)
    }
  }

  /// The place within a row, last index fastest, of each column of the file, first index fastest.
  private static func places(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    var places = [0]
    for (extent, stride) in zip(shape, strides).reversed() {
      places = places.flatMap { place in (0..<extent).map { place + $0 * stride } }
    }
    return places
  }
}

/// Rows of a Fortran-ordered array, transposed.
private final class FortranBlock {
  let rows: Int
  let bytes: UnsafeMutableRawBufferPointer
  /// The rows of the array that it holds.
  var range = 0..<0

  init(rows: Int, rowBytes: Int) {
    self.rows = rows
    bytes = .allocate(byteCount: rows * rowBytes, alignment: 64)
  }

  deinit { bytes.deallocate() }
}
