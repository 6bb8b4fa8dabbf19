import Glibc
import HDF5

/// Reads any rows of a column, decoded, in the machine's byte order and verified, on the calling
/// thread; any number of threads may read at once.
///
/// Where it can it goes past the library and its lock: contiguous data are read at their place in
/// the file, chunks are read as they are stored and decoded here. Only other filters, chunks that
/// were never written, and small or virtual layouts are left to the library.
///
/// Rows that are stored or verified together are a *unit*: those of a checksum, or of a chunk. A
/// unit that reaches beyond the wanted rows is decoded whole and kept for the next to ask.
final class ColumnReader: Sendable {
  let column: Column
  private let method: Method
  private let cache = UnitCache()

  private enum Method {
    /// At this offset of the file; big-endian numbers are swapped.
    case place(Int, descriptor: Int32)
    case chunks(ChunkTiles)
    case library
  }

  init(_ column: Column) throws(DatasetError) {
    self.column = column
    method = try DatasetError.converting { () throws(HDF5Error) in
      switch column.dataset.layout {
      case .contiguous:
        guard let offset = try column.dataset.fileOffset, let source = column.source else {
          return .library
        }
        return .place(offset, descriptor: source.descriptor)
      case .chunked(let chunk):
        guard
          let decoder = ChunkDecoder(
            filters: column.dataset.filters, elementBytes: column.type.byteCount)
        else { return .library }
        try column.dataset.checkChunkSizes()
        return .chunks(ChunkTiles(column: column, chunk: chunk, decoder: decoder))
      default: return .library
      }
    }
  }

  /// Rows that are read, decoded and verified together; nil where any row can be read alone.
  var unitRows: Int? {
    (column.checksums?.rowsPerChecksum ?? column.chunkRows).map { min($0, column.rows) }
  }

  /// Bytes of a unit, decoded; 0 where there are none.
  var unitBytes: Int { (unitRows ?? 0) * column.rowBytes }

  /// Bytes of memory that a thread needs while it reads, besides the rows.
  var scratchBytes: Int {
    guard case .chunks(let tiles) = method else { return 0 }
    return tiles.scratchBytes
  }

  /// Sets how many bytes of decoded units are kept for the next rows.
  func keep(bytes: Int) { cache.keep(bytes: bytes) }

  /// Reads the rows of `range`.
  ///
  /// - Parameter band: exactly as many bytes as the rows have.
  func read(
    _ range: Range<Int>, into band: UnsafeMutableRawBufferPointer, scratch: DecoderScratch
  ) throws(DatasetError) {
    let rowBytes = column.rowBytes
    precondition(band.count == range.count * rowBytes, "memory of another size")
    guard let unitRows else { return try readUnit(range, into: band, scratch: scratch) }
    var start = range.lowerBound
    while start < range.upperBound {
      let number = start / unitRows
      let unit = number * unitRows..<min((number + 1) * unitRows, column.rows)
      let wanted = start..<min(unit.upperBound, range.upperBound)
      let part = UnsafeMutableRawBufferPointer(
        rebasing: band[
          (wanted.lowerBound - range.lowerBound) * rowBytes..<(wanted.upperBound - range.lowerBound)
            * rowBytes])
      if wanted == unit {
        try readUnit(unit, into: part, scratch: scratch)
      } else {
        let held = try cache.unit(number, byteCount: unit.count * rowBytes) {
          memory throws(DatasetError) in
          try readUnit(unit, into: memory, scratch: scratch)
        }
        part.copyMemory(
          from: UnsafeRawBufferPointer(
            rebasing: held.bytes[
              (wanted.lowerBound - unit.lowerBound)
                * rowBytes..<(wanted.upperBound - unit.lowerBound) * rowBytes]))
      }
      start = wanted.upperBound
    }
  }

  /// Whether each row can be read to a place of its own: where rows lie in the file as in memory, and
  /// are so long that this takes less time than to read them together and copy them.
  var readsToPlaces: Bool {
    guard case .place = method, column.checksums == nil,
      column.rowBytes >= Self.leastRowToPlace,
      case .number(_, let order) = column.dataset.storedType
    else { return false }
    return order == .native
  }

  private static let leastRowToPlace = 1024

  /// Reads the rows of `range`, each to a place of its own, and checks that its numbers are finite.
  ///
  /// - Parameters:
  ///   - places: of as many rows.
  ///   - base: rows like these, one after another.
  /// - Precondition: `readsToPlaces`
  func read(
    _ range: Range<Int>, to places: ArraySlice<Int32>, of base: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    guard case .place(let offset, let descriptor) = method else {
      preconditionFailure("rows that have to be decoded")
    }
    let rowBytes = column.rowBytes
    let rows = places.map { place in
      let start = Int(place) * rowBytes
      return UnsafeMutableRawBufferPointer(rebasing: base[start..<start + rowBytes])
    }
    try checkingUnchanged(range) { () throws(DatasetError) in
      try column.read(
        range, from: descriptor, at: offset + range.lowerBound * rowBytes, into: rows)
    }
    for (row, memory) in zip(range, rows) {
      try column.checkFinite(UnsafeRawBufferPointer(memory), from: row)
    }
  }

  /// Reads a unit, or any rows where there are none.
  private func readUnit(
    _ rows: Range<Int>, into memory: UnsafeMutableRawBufferPointer, scratch: DecoderScratch
  ) throws(DatasetError) {
    try checkingUnchanged(rows) { () throws(DatasetError) in
      try readStored(rows, into: memory, scratch: scratch)
    }
    try column.checksums?.verify(
      UnsafeRawBufferPointer(memory), from: rows.lowerBound, of: column)
  }

  /// Throws what `read` throws, but where a file was changed meanwhile, that.
  private func checkingUnchanged(
    _ rows: Range<Int>, _ read: () throws(DatasetError) -> Void
  ) throws(DatasetError) {
    do throws(DatasetError) {
      try read()
    } catch {
      try column.checkUnchanged(rows)
      throw error
    }
    // Where a file ends early, the library reads zeros.
    try column.checkUnchanged(rows)
  }

  private func readStored(
    _ rows: Range<Int>, into memory: UnsafeMutableRawBufferPointer, scratch: DecoderScratch
  ) throws(DatasetError) {
    switch method {
    case .place(let offset, let descriptor):
      try column.read(
        rows, from: descriptor, at: offset + rows.lowerBound * column.rowBytes, into: [memory])
      swapIfNeeded(memory)
    case .chunks(let tiles):
      if try tiles.read(rows, into: memory, scratch: scratch) {
        swapIfNeeded(memory)
      } else {
        try column.readByLibrary(rows, into: memory)
      }
    case .library:
      try column.readByLibrary(rows, into: memory)
    }
  }

  private func swapIfNeeded(_ memory: UnsafeMutableRawBufferPointer) {
    if case .number(let type, let order) = column.dataset.storedType, order != .native {
      type.swapBytes(memory)
    }
  }
}

extension Column {
  /// Reads rows from where they lie in the file.
  func read(
    _ rows: Range<Int>, from descriptor: Int32, at offset: Int,
    into pieces: [UnsafeMutableRawBufferPointer]
  ) throws(DatasetError) {
    let (count, failure) = FileTransfer.read(descriptor, into: pieces, at: offset)
    guard count == pieces.reduce(0, { $0 + $1.count }) else {
      throw error(
        (failure == 0 ? "ends early" : "cannot be read (\(String(cString: strerror(failure))))")
          + " in rows \(rows.lowerBound) to \(rows.upperBound - 1), at byte \(offset + count) of "
          + fileName,
        remedy: failure == 0 ? "the file is truncated: get it again" : nil)
    }
  }

  func readByLibrary(
    _ range: Range<Int>, into band: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    do {
      try dataset.read(Slab(rows: range, of: shape), as: type, into: band)
    } catch {
      var error = DatasetError(error)
      error.problem +=
        " in rows \(range.lowerBound) to \(range.upperBound - 1)" + place(ofRow: range.lowerBound)
      throw error
    }
  }
}
