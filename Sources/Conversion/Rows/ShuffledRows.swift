import CSystem

/// Rows on their way to their places of a shuffled order: in memory as far as they fit, else in a file
/// that is cut into pieces which do.
///
/// A piece holds the rows of a range of places, in the order in which they came. It is read whole,
/// its rows are put in their places, and handed out; pieces follow one another, so the order is that
/// of a shuffle in memory.
final class ShuffledRows {
  /// The place of each row, in the order in which they come.
  private let places: [Int32]
  private let featureBytes: Int
  private let targetBytes: Int
  /// Of a row with its place and its number.
  private let recordBytes: Int
  /// Places of a piece; the last one may have fewer.
  private let pieceRows: Int
  private var pieces: [Piece] = []
  /// Nil while one piece holds all rows.
  private let spill: SpillFile?
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
  ///   - order: which of the coming rows stands at each place.
  ///   - memory: bytes that rows may take.
  ///   - output: the file beside which there is room.
  init(
    order: [Int32], featureBytes: Int, targetBytes: Int, memory: Int, output: String
  ) throws(ConversionError) {
    var places = order
    for (place, row) in order.enumerated() { places[Int(row)] = Int32(place) }
    self.places = places
    self.featureBytes = featureBytes
    self.targetBytes = targetBytes
    recordBytes = featureBytes + targetBytes + 16
    // A piece is there twice when it is handed out: as it came, and in its order.
    let mostRows = max(1, memory / 2 / recordBytes)
    if order.count <= mostRows {
      pieceRows = max(1, order.count)
      spill = nil
    } else {
      pieceRows = mostRows
      spill = try SpillFile(beside: output)
    }
    let count = (order.count + pieceRows - 1) / pieceRows
    waitingRows =
      spill == nil
      ? order.count
      : max(1, min(memory / max(1, count), Self.mostWaitingBytes) / recordBytes)
    for _ in 0..<count {
      pieces.append(
        Piece(buffer: .allocate(byteCount: waitingRows * recordBytes, alignment: 16)))
    }
  }

  deinit { for piece in pieces { piece.buffer.deallocate() } }

  /// Rows of each piece that wait before they are written.
  private let waitingRows: Int
  /// Writing more at a time would be no faster, and fresh memory costs as much as a copy.
  private static let mostWaitingBytes = 2 << 20
  /// So many rows ahead of the one that is copied are fetched into the caches.
  private static let fetchedRows = 8

  /// Takes the rows at some places of a band.
  func append(_ rows: [Int], of band: OutputBand) throws(ConversionError) {
    for row in rows {
      let place = Int(places[count])
      let piece = place / pieceRows
      // In memory a row goes to its place at once.
      let slot = spill == nil ? place : pieces[piece].waiting
      let record = pieces[piece].buffer.baseAddress! + slot * recordBytes
      record.storeBytes(of: Int64(place), as: Int64.self)
      record.storeBytes(of: Int64(band.numbers[row]), toByteOffset: 8, as: Int64.self)
      (record + 16).copyMemory(
        from: band.features.baseAddress! + row * featureBytes, byteCount: featureBytes)
      (record + 16 + featureBytes).copyMemory(
        from: band.targets.baseAddress! + row * targetBytes, byteCount: targetBytes)
      pieces[piece].waiting += 1
      if spill != nil, pieces[piece].waiting == waitingRows { try write(piece) }
      count += 1
    }
  }

  /// Hands out all rows in their shuffled order.
  func forEachBand(
    rows bandRows: Int, _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    guard let spill else {
      for piece in pieces { try handOut(piece.buffer, first: 0, rows: count, bandRows, body) }
      return
    }
    for piece in pieces.indices {
      try write(piece)
      pieces[piece].buffer.deallocate()
      pieces[piece].buffer = .allocate(byteCount: 0, alignment: 16)
    }
    let whole = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(count, pieceRows) * recordBytes, alignment: 16)
    defer { whole.deallocate() }
    for piece in pieces.indices {
      let rows = pieces[piece].written
      let memory = UnsafeMutableRawBufferPointer(rebasing: whole[..<(rows * recordBytes)])
      try spill.read(at: piece * pieceRows * recordBytes, into: memory)
      try handOut(memory, first: piece * pieceRows, rows: rows, bandRows, body)
    }
  }

  private func write(_ piece: Int) throws(ConversionError) {
    let offset = (piece * pieceRows + pieces[piece].written) * recordBytes
    try spill?.write(
      UnsafeRawBufferPointer(
        rebasing: pieces[piece].buffer[..<(pieces[piece].waiting * recordBytes)]),
      at: offset)
    pieces[piece].written += pieces[piece].waiting
    pieces[piece].waiting = 0
  }

  /// Hands out the rows of a piece whose places start at `first`.
  private func handOut(
    _ records: UnsafeMutableRawBufferPointer, first: Int, rows: Int, _ bandRows: Int,
    _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    // Where the row of each place stands.
    var sources = [Int](repeating: 0, count: rows)
    let band = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(rows, bandRows) * (featureBytes + targetBytes), alignment: 64)
    defer { band.deallocate() }
    let bytes = UnsafeRawBufferPointer(records)
    for row in 0..<rows {
      let place = bytes.loadUnaligned(fromByteOffset: row * recordBytes, as: Int64.self)
      sources[Int(place) - first] = row
    }
    for start in stride(from: 0, to: rows, by: bandRows) {
      let end = min(start + bandRows, rows)
      let features = UnsafeMutableRawBufferPointer(
        rebasing: band[..<((end - start) * featureBytes)])
      let targets = UnsafeMutableRawBufferPointer(
        rebasing: band[features.count..<features.count + (end - start) * targetBytes])
      var numbers: [Int] = []
      for (index, source) in sources[start..<end].enumerated() {
        let ahead = start + index + Self.fetchedRows
        if ahead < rows {
          lockstep_fetch(bytes.baseAddress! + sources[ahead] * recordBytes, recordBytes)
        }
        let record = bytes.baseAddress! + source * recordBytes
        numbers.append(Int(record.loadUnaligned(fromByteOffset: 8, as: Int64.self)))
        (features.baseAddress! + index * featureBytes).copyMemory(
          from: record + 16, byteCount: featureBytes)
        (targets.baseAddress! + index * targetBytes).copyMemory(
          from: record + 16 + featureBytes, byteCount: targetBytes)
      }
      try body(
        OutputBand(
          rows: end - start, features: UnsafeRawBufferPointer(features),
          targets: UnsafeRawBufferPointer(targets), numbers: numbers))
    }
  }
}
