import Datasets

/// Rows of a split on their way to their places: in memory, or in a part of a file that is cut into
/// pieces which fit there.
///
/// A piece holds the rows of a range of places, in the order in which they came. It is read whole,
/// its rows are put in their places, and handed out; pieces follow one another, so the order is that
/// of a shuffle in memory.
final class WaitingRows {
  /// The place of each row, in the order in which they come; nil where they stay in it.
  private let places: [Int32]?
  let rows: Int
  let form: Form
  /// Places of a piece; the last one may have fewer.
  let pieceRows: Int
  /// Rows of each piece that wait before they are written.
  private let waitingRows: Int
  /// Writing more at a time would be no faster, and fresh memory costs as much as a copy.
  private static let mostWaitingBytes = 2 << 20
  private(set) var pieces: [Piece] = []
  /// Nil while one piece holds all rows.
  let region: Region?
  /// Writes rows to the file; nil without one.
  private let writes: RegionWrites?
  /// Rows that came.
  private(set) var count = 0

  struct Piece {
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
    writes = region.map(RegionWrites.init)
    // When a piece is handed out, a part of it is there twice: as it came, and in its order.
    pieceRows = max(1, region == nil ? rows : min(rows, memory / 2 / form.recordBytes))
    let count = (rows + pieceRows - 1) / pieceRows
    let waitingBytes = min(memory / (count + RegionWrites.mostBuffers), Self.mostWaitingBytes)
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
    try writes?.wait()
    return pieces.map(\.written)
  }

  /// Gives back the memory of rows that came.
  func freeBuffers() {
    for piece in pieces.indices {
      pieces[piece].buffer.deallocate()
      pieces[piece].buffer = .allocate(byteCount: 0, alignment: 16)
    }
    writes?.freeBuffers()
  }

  /// Writes the rows of a piece that wait.
  private func write(_ piece: inout Piece, _ index: Int) throws(ConversionError) {
    guard let writes, piece.waiting > 0 else { return }
    guard piece.written + piece.waiting <= pieceRows else { throw damaged }
    let place = index * pieceRows + piece.written
    piece.buffer = try writes.write(
      piece.buffer, piece.waiting * form.recordBytes, at: place * form.recordBytes)
    piece.written += piece.waiting
    piece.waiting = 0
  }

  /// That more rows come, or others are in the file, than was said.
  var damaged: ConversionError { region?.file.damaged ?? WorkingFolder.damaged }
}
