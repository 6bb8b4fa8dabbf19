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
  private var recordBytes: Int { featureBytes + targetBytes + 16 }
  /// Places of a piece; the last one may have fewer.
  private let pieceRows: Int
  private var pieces: [Piece] = []
  /// Nil while one piece holds all rows.
  private let spill: SpillFile?
  private var count = 0

  private struct Piece {
    /// Rows that wait to be written, or to be handed out.
    var buffer: [UInt8] = []
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
    let recordBytes = featureBytes + targetBytes + 16
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
    pieces = Array(repeating: Piece(), count: count)
    waitingBytes = max(recordBytes, memory / max(1, count))
  }

  /// Bytes of each piece that wait before they are written.
  private let waitingBytes: Int

  /// Takes the rows at some places of a band.
  func append(_ rows: [Int], of band: OutputBand) throws(ConversionError) {
    for row in rows {
      let place = Int(places[count])
      let piece = place / pieceRows
      withUnsafeBytes(of: Int64(place)) { pieces[piece].buffer.append(contentsOf: $0) }
      withUnsafeBytes(of: Int64(band.numbers[row])) { pieces[piece].buffer.append(contentsOf: $0) }
      pieces[piece].buffer.append(
        contentsOf: UnsafeRawBufferPointer(
          rebasing: band.features[row * featureBytes..<(row + 1) * featureBytes]))
      pieces[piece].buffer.append(
        contentsOf: UnsafeRawBufferPointer(
          rebasing: band.targets[row * targetBytes..<(row + 1) * targetBytes]))
      if spill != nil, pieces[piece].buffer.count >= waitingBytes { try write(piece) }
      count += 1
    }
  }

  /// Hands out all rows in their shuffled order.
  func forEachBand(
    rows bandRows: Int, _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    if spill != nil { for piece in pieces.indices { try write(piece) } }
    for piece in pieces.indices {
      try read(piece)
      try handOut(piece, bandRows, body)
      pieces[piece].buffer = []
    }
  }

  private func write(_ piece: Int) throws(ConversionError) {
    let offset = (piece * pieceRows + pieces[piece].written) * recordBytes
    try pieces[piece].buffer.withUnsafeBufferPointer { bytes throws(ConversionError) in
      try spill?.write(UnsafeRawBufferPointer(bytes), at: offset)
    }
    pieces[piece].written += pieces[piece].buffer.count / recordBytes
    pieces[piece].buffer.removeAll(keepingCapacity: true)
  }

  private func read(_ piece: Int) throws(ConversionError) {
    guard let spill else { return }
    for other in pieces.indices { pieces[other].buffer = [] }
    pieces[piece].buffer = Array(repeating: 0, count: pieces[piece].written * recordBytes)
    try pieces[piece].buffer.withUnsafeMutableBufferPointer { bytes throws(ConversionError) in
      try spill.read(
        at: piece * pieceRows * recordBytes, into: UnsafeMutableRawBufferPointer(bytes))
    }
  }

  private func handOut(
    _ piece: Int, _ bandRows: Int, _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let first = piece * pieceRows
    let rows = pieces[piece].buffer.count / recordBytes
    // Where the row of each place stands.
    var sources = [Int](repeating: 0, count: rows)
    let band = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(rows, bandRows) * (featureBytes + targetBytes), alignment: 64)
    defer { band.deallocate() }
    try pieces[piece].buffer.withUnsafeBufferPointer { bytes throws(ConversionError) in
      let bytes = UnsafeRawBufferPointer(bytes)
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
}
