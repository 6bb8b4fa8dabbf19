import CSystem
import Datasets
import Dispatch

/// Rows of a split on their way to their places: in memory, or in a part of a file that is cut into
/// pieces which fit there.
///
/// A piece holds the rows of a range of places, in the order in which they came. It is read whole,
/// its rows are put in their places, and handed out; pieces follow one another, so the order is that
/// of a shuffle in memory.
final class WaitingRows {
  /// The place of each row, in the order in which they come; nil where they stay in it.
  private let places: [Int32]?
  private let rows: Int
  private let form: Form
  /// Places of a piece; the last one may have fewer.
  private let pieceRows: Int
  /// Rows of each piece that wait before they are written.
  private let waitingRows: Int
  /// Writing more at a time would be no faster, and fresh memory costs as much as a copy.
  private static let mostWaitingBytes = 2 << 20
  /// So many rows ahead of the one that is copied are fetched into the caches.
  private static let fetchedRows = 8
  private var pieces: [Piece] = []
  /// Nil while one piece holds all rows.
  private let region: Region?
  /// Rows that came.
  private var count = 0

  private struct Piece {
    /// Rows that wait to be written, or to be handed out.
    var buffer: UnsafeMutableRawBufferPointer
    /// How many they are.
    var waiting = 0
    /// Rows in the file.
    var written = 0
  }

  /// - Parameters:
  ///   - places: the place of each row, in the order in which they come; nil where they stay in it.
  ///   - rows: that come in all.
  ///   - region: where they are kept; nil for memory.
  ///   - memory: bytes that those in a file may take in memory.
  init(places: [Int32]?, rows: Int, form: Form, in region: Region?, memory: Int) {
    self.places = places
    self.rows = rows
    self.form = form
    self.region = region
    // When a piece is handed out, a part of it is there twice: as it came, and in its order.
    pieceRows = max(1, region == nil ? rows : min(rows, memory / 2 / form.recordBytes))
    let count = (rows + pieceRows - 1) / pieceRows
    let waitingBytes = min(memory / max(1, count), Self.mostWaitingBytes)
    waitingRows = region == nil ? rows : max(1, min(pieceRows, waitingBytes / form.recordBytes))
    for index in 0..<count {
      pieces.append(
        Piece(
          buffer: .allocate(byteCount: waitingRows * form.recordBytes, alignment: 16),
          written: Self.written(in: region, piece: index, of: pieceRows)))
    }
    self.count = pieces.reduce(0) { $0 + $1.written }
  }

  deinit { for piece in pieces { piece.buffer.deallocate() } }

  private static func written(in region: Region?, piece: Int, of pieceRows: Int) -> Int {
    guard let written = region?.written, written.indices.contains(piece) else { return 0 }
    return max(0, min(written[piece], pieceRows))
  }

  /// Takes the rows at some places of a band.
  func append(_ rows: some Sequence<Int>, of band: OutputBand) throws(ConversionError) {
    // In memory a row goes to its place at once.
    let (form, places, isInMemory, total) = (form, places, region == nil, self.rows)
    var pieces: [Piece] = []
    swap(&pieces, &self.pieces)
    var count = count
    defer {
      swap(&pieces, &self.pieces)
      self.count = count
    }
    for row in rows {
      guard count < total else { throw damaged }
      let place = places.map { Int($0[count]) } ?? count
      let piece = place / pieceRows
      let slot = isInMemory ? place : pieces[piece].waiting
      let record = pieces[piece].buffer.baseAddress! + slot * form.recordBytes
      form.store(row, of: band, place: place, at: record)
      pieces[piece].waiting += 1
      if !isInMemory, pieces[piece].waiting == waitingRows { try write(&pieces[piece], piece) }
      count += 1
    }
  }

  /// Writes all rows that came to the file.
  /// - Returns: how many each piece has there.
  func flush() throws(ConversionError) -> [Int] {
    for piece in pieces.indices { try write(&pieces[piece], piece) }
    return pieces.map(\.written)
  }

  /// Hands out all rows in their places' order. None may come afterwards.
  func forEachBand(
    rows bandRows: Int, _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    guard let region else {
      for piece in pieces { try handOut(piece.buffer, first: 0, rows: count, bandRows, body) }
      return
    }
    _ = try flush()
    guard count == rows else { throw damaged }
    for piece in pieces.indices {
      pieces[piece].buffer.deallocate()
      pieces[piece].buffer = .allocate(byteCount: 0, alignment: 16)
    }
    let whole = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(rows, pieceRows) * form.recordBytes, alignment: 16)
    defer { whole.deallocate() }
    for piece in pieces.indices {
      let rows = pieces[piece].written
      let memory = UnsafeMutableRawBufferPointer(rebasing: whole[..<(rows * form.recordBytes)])
      let first = piece * pieceRows
      try region.read(at: first * form.recordBytes, into: memory)
      try handOut(memory, first: first, rows: rows, bandRows, body)
    }
  }

  /// Writes the rows of a piece that wait.
  private func write(_ piece: inout Piece, _ index: Int) throws(ConversionError) {
    guard let region, piece.waiting > 0 else { return }
    guard piece.written + piece.waiting <= pieceRows else { throw damaged }
    let place = index * pieceRows + piece.written
    try region.file.write(
      UnsafeRawBufferPointer(rebasing: piece.buffer[..<(piece.waiting * form.recordBytes)]),
      at: region.offset + place * form.recordBytes)
    piece.written += piece.waiting
    piece.waiting = 0
  }

  /// That more rows come, or others are in the file, than was said.
  private var damaged: ConversionError { region?.file.damaged ?? WorkingFolder.damaged }

  /// Hands out the rows of a piece whose places start at `first`.
  private func handOut(
    _ records: UnsafeMutableRawBufferPointer, first: Int, rows: Int, _ bandRows: Int,
    _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let records = UnsafeRawBufferPointer(records)
    let sources = try sources(records, first: first, rows: rows)
    let band = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(rows, bandRows) * form.recordBytes, alignment: 64)
    defer { band.deallocate() }
    for start in stride(from: 0, to: rows, by: bandRows) {
      let places = start..<min(start + bandRows, rows)
      try body(gather(records, sources, places, in: band))
    }
  }

  /// Where the row of each place of a piece stands, found on all cores.
  private func sources(
    _ records: UnsafeRawBufferPointer, first: Int, rows: Int
  ) throws(ConversionError) -> [Int32] {
    let form = form
    nonisolated(unsafe) let records = records
    nonisolated(unsafe) var isDamaged = false
    let sources = [Int32](unsafeUninitializedCapacity: rows) { sources, filled in
      sources.initialize(repeating: -1)
      nonisolated(unsafe) let sources = sources
      let parts = RowParts(rows, rowBytes: form.recordBytes)
      let isInside = concurrentResults(parts.count) { part in
        for row in parts[part] {
          let place = records.loadUnaligned(fromByteOffset: row * form.recordBytes, as: Int64.self)
          guard place >= first, place < first + rows else { return false }
          sources[Int(place) - first] = Int32(row)
        }
        return true
      }
      // As many rows as places: where one has none, another has two.
      isDamaged = !isInside.allSatisfy { $0 } || sources.contains { $0 < 0 }
      filled = rows
    }
    if isDamaged { throw damaged }
    return sources
  }

  /// Copies the rows of some places of a piece to memory, column by column, on all cores: each
  /// iteration its own rows.
  private func gather(
    _ records: UnsafeRawBufferPointer, _ sources: [Int32], _ places: Range<Int>,
    in memory: UnsafeMutableRawBufferPointer
  ) -> OutputBand {
    var end = 0
    func column(_ rowBytes: Int) -> UnsafeMutableRawBufferPointer {
      defer { end += places.count * rowBytes }
      return UnsafeMutableRawBufferPointer(rebasing: memory[end..<end + places.count * rowBytes])
    }
    nonisolated(unsafe) let (features, targets, weights, records) = (
      column(form.featureBytes), column(form.targetBytes), column(form.weightBytes), records
    )
    let form = form
    let numbers = [Int](unsafeUninitializedCapacity: places.count) { numbers, filled in
      nonisolated(unsafe) let numbers = numbers
      let parts = RowParts(places.count, rowBytes: form.recordBytes)
      DispatchQueue.concurrentPerform(iterations: parts.count) { part in
        for row in parts[part] {
          let place = places.lowerBound + row
          if place + Self.fetchedRows < places.upperBound {
            let ahead = Int(sources[place + Self.fetchedRows])
            lockstep_fetch(records.baseAddress! + ahead * form.recordBytes, form.recordBytes)
          }
          let record = records.baseAddress! + Int(sources[place]) * form.recordBytes
          (numbers.baseAddress! + row).initialize(to: form.number(of: record))
          form.load(record, to: row, features, targets, weights)
        }
      }
      filled = places.count
    }
    return OutputBand(
      rows: places.count, features: UnsafeRawBufferPointer(features),
      targets: UnsafeRawBufferPointer(targets), weights: UnsafeRawBufferPointer(weights),
      numbers: numbers)
  }
}
