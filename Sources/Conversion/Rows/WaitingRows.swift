import CSystem
import Datasets

/// Rows of a split on their way to their places: in memory, or in a part of a file that is cut into
/// pieces which fit there.
///
/// A piece holds the rows of a range of places, in the order in which they came. It is read whole,
/// its rows are put in their places, and handed out; pieces follow one another, so the order is that
/// of a shuffle in memory.
final class WaitingRows {
  /// What a row is made of.
  struct Form {
    var featureBytes: Int
    var targetBytes: Int
    var weightBytes = 0

    /// Of a row with its place and its number.
    var recordBytes: Int { 16 + featureBytes + targetBytes + weightBytes }
  }

  /// Where the rows are that do not fit in memory.
  struct Region {
    var file: SpillFile
    var offset: Int
    /// Rows of each piece that are in the file already; nil where there are none.
    var written: [Int]?
  }

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
  ///   - order: which of the coming rows stands at each place; nil for their own order.
  ///   - rows: that come in all.
  ///   - region: where they are kept; nil for memory.
  ///   - memory: bytes that those in a file may take in memory.
  init(order: [Int32]?, rows: Int, form: Form, in region: Region?, memory: Int) {
    places = order.map { order in
      var places = order
      for (place, row) in order.enumerated() { places[Int(row)] = Int32(place) }
      return places
    }
    self.rows = rows
    self.form = form
    self.region = region
    // A piece is there twice when it is handed out: as it came, and in its order.
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
    for row in rows {
      guard count < self.rows else { throw damaged }
      let place = places.map { Int($0[count]) } ?? count
      let piece = place / pieceRows
      // In memory a row goes to its place at once.
      let slot = region == nil ? place : pieces[piece].waiting
      let record = pieces[piece].buffer.baseAddress! + slot * form.recordBytes
      record.storeBytes(of: Int64(place), as: Int64.self)
      record.storeBytes(of: Int64(band.numbers[row]), toByteOffset: 8, as: Int64.self)
      (record + 16).copyMemory(
        from: band.features.baseAddress! + row * form.featureBytes, byteCount: form.featureBytes)
      (record + 16 + form.featureBytes).copyMemory(
        from: band.targets.baseAddress! + row * form.targetBytes, byteCount: form.targetBytes)
      if form.weightBytes > 0 {
        (record + 16 + form.featureBytes + form.targetBytes).copyMemory(
          from: band.weights.baseAddress! + row * form.weightBytes, byteCount: form.weightBytes)
      }
      pieces[piece].waiting += 1
      if region != nil, pieces[piece].waiting == waitingRows { try write(piece) }
      count += 1
    }
  }

  /// Writes all rows that came to the file.
  /// - Returns: how many each piece has there.
  func flush() throws(ConversionError) -> [Int] {
    for piece in pieces.indices { try write(piece) }
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
      try region.file.read(at: region.offset + first * form.recordBytes, into: memory)
      try handOut(memory, first: first, rows: rows, bandRows, body)
    }
  }

  private func write(_ piece: Int) throws(ConversionError) {
    guard let region, pieces[piece].waiting > 0 else { return }
    guard pieces[piece].written + pieces[piece].waiting <= pieceRows else { throw damaged }
    let place = piece * pieceRows + pieces[piece].written
    try region.file.write(
      UnsafeRawBufferPointer(
        rebasing: pieces[piece].buffer[..<(pieces[piece].waiting * form.recordBytes)]),
      at: region.offset + place * form.recordBytes)
    pieces[piece].written += pieces[piece].waiting
    pieces[piece].waiting = 0
  }

  /// That more rows come, or others are in the file, than was said.
  private var damaged: ConversionError { region?.file.damaged ?? WorkingFolder.damaged }

  /// Hands out the rows of a piece whose places start at `first`.
  private func handOut(
    _ records: UnsafeMutableRawBufferPointer, first: Int, rows: Int, _ bandRows: Int,
    _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    // Where the row of each place stands.
    var sources = [Int](repeating: -1, count: rows)
    let bytes = UnsafeRawBufferPointer(records)
    for row in 0..<rows {
      let place = bytes.loadUnaligned(fromByteOffset: row * form.recordBytes, as: Int64.self)
      guard place >= first, place < first + rows, sources[Int(place) - first] < 0 else {
        throw damaged
      }
      sources[Int(place) - first] = row
    }
    let band = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(rows, bandRows) * (form.recordBytes - 16), alignment: 64)
    defer { band.deallocate() }
    for start in stride(from: 0, to: rows, by: bandRows) {
      let places = start..<min(start + bandRows, rows)
      var end = 0
      func column(_ rowBytes: Int) -> UnsafeMutableRawBufferPointer {
        defer { end += places.count * rowBytes }
        return UnsafeMutableRawBufferPointer(rebasing: band[end..<end + places.count * rowBytes])
      }
      let (features, targets) = (column(form.featureBytes), column(form.targetBytes))
      let weights = column(form.weightBytes)
      var numbers: [Int] = []
      for (index, source) in sources[places].enumerated() {
        let ahead = places.lowerBound + index + Self.fetchedRows
        if ahead < rows {
          lockstep_fetch(bytes.baseAddress! + sources[ahead] * form.recordBytes, form.recordBytes)
        }
        let record = bytes.baseAddress! + source * form.recordBytes
        numbers.append(Int(record.loadUnaligned(fromByteOffset: 8, as: Int64.self)))
        (features.baseAddress! + index * form.featureBytes).copyMemory(
          from: record + 16, byteCount: form.featureBytes)
        (targets.baseAddress! + index * form.targetBytes).copyMemory(
          from: record + 16 + form.featureBytes, byteCount: form.targetBytes)
        if form.weightBytes > 0 {
          (weights.baseAddress! + index * form.weightBytes).copyMemory(
            from: record + 16 + form.featureBytes + form.targetBytes, byteCount: form.weightBytes)
        }
      }
      try body(
        OutputBand(
          rows: places.count, features: UnsafeRawBufferPointer(features),
          targets: UnsafeRawBufferPointer(targets), weights: UnsafeRawBufferPointer(weights),
          numbers: numbers))
    }
  }
}
