import CSystem
import Datasets
import Dispatch

/// Handing out rows in their places' order.
extension WaitingRows {
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
    freeBuffers()
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

  /// So many rows ahead of the one that is copied are fetched into the caches.
  private static let fetchedRows = 8

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
