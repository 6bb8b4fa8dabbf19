import Datasets

/// The rows of one text table.
final class TableSource: PlacedRowSource {
  /// How rows are made, once that is known.
  struct Recipe {
    var decoder: RowDecoder
    var encoder: RowEncoder
    var schema: SourceSchema
  }

  private let table: TableSet.Table
  var file: TableFile { table.file }
  private let skipsBadRows: Bool
  var recipe: Recipe?
  /// Where what was presumed of the columns is checked, if it was.
  var presumption: Presumption?

  init(_ table: TableSet.Table, skipsBadRows: Bool) {
    self.table = table
    self.skipsBadRows = skipsBadRows
  }

  var path: String { table.file.path }
  var rowCount: Int { table.rows }
  var numberCount: Int { table.records }
  var schema: SourceSchema { made.schema }

  private var made: Recipe {
    guard let recipe else { preconditionFailure("a table's rows are known once it is fitted") }
    return recipe
  }

  func read(
    bandRows: Int, from beginning: RowPlace, in _: FeatureMemory?,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let (decoder, encoder) = (made.decoder, made.encoder)
    let reader = table.file.reader
    let blank = presumption?.blank ?? []
    let pool = EncodedRowsPool(encoder)
    var firstRow = beginning.row
    let start = beginning.offset.map { TableReader.Start(offset: $0, record: beginning.record) }
    try reader.forEachBlock(blockBytes: blockBytes, from: start) { cursor in
      Self.encode(&cursor, decoder, pool.take(), rowWidth: encoder.rowWidth, blank)
    } accept: { result, place throws(ConversionError) in
      let (block, scans) = result
      if let problem = place.problems.first {
        if let presumption {
          presumption.isWrong = true
          throw changed
        }
        if !skipsBadRows { throw reader.error(problem, names: table.file.names) }
      }
      presumption?.add(scans, from: table)
      guard firstRow + block.rows <= rowCount else { throw changed }
      let next = place.next.map {
        RowPlace(row: firstRow + block.rows, offset: $0.offset, record: $0.record)
      }
      for start in stride(from: 0, to: block.rows, by: bandRows) {
        let rows = start..<min(start + bandRows, block.rows)
        try body(
          SourceBand(
            firstRow: firstRow + rows.lowerBound, rows: rows.count,
            features: block.features(rows), targets: block.targets(rows),
            numbers: rowCount == numberCount
              ? nil : block.records[rows].map { place.firstRecord + Int($0) },
            next: rows.upperBound == block.rows ? next : nil))
      }
      firstRow += block.rows
      pool.give(block)
    }
    guard firstRow == rowCount else { throw changed }
  }

  /// - Parameter blank: for each number of a row, what it is to be added to.
  private static func encode(
    _ cursor: inout FieldCursor, _ decoder: RowDecoder, _ block: EncodedRows, rowWidth: Int,
    _ blank: [ColumnScan]
  ) -> (EncodedRows, [ColumnScan]) {
    var scans = blank
    let plain = PlainRows(rowWidth: rowWidth)
    var plainTries = decoder.hasPlainRecords ? mostPlainTries : 0
    withUnsafeTemporaryAllocation(of: Double.self, capacity: rowWidth) { row in
      while true {
        if plainTries > 0 {
          if decoder.decodePlain(&cursor, into: plain.next) {
            block.append(plain.next, record: cursor.records - 1, isWhole: true)
            plain.append(to: &scans)
            continue
          }
          plainTries -= 1
        }
        guard cursor.startRecord() else { return }
        // Numbers are added up in the order of the rows.
        plain.flush(to: &scans)
        decoder.decode(&cursor, into: row.baseAddress!)
        if cursor.finishRecord() {
          block.append(row.baseAddress!, record: cursor.records - 1, isWhole: false)
          for place in scans.indices { scans[place].add(row[place]) }
        }
      }
    }
    plain.flush(to: &scans)
    return (block, scans)
  }

  /// A block with so many records that are not plain is one of such records.
  private static let mostPlainTries = 64

  /// Smaller where rows grow: many categories come from few bytes.
  private var blockBytes: Int {
    let rowBytes = made.schema.featureBytes + made.schema.targetBytes
    let growth = Double(rowBytes * table.records) / Double(max(1, table.bytes))
    return max(1024, Int(Double(TableReader.blockBytes) / max(1, growth / 4)))
  }

  private var changed: ConversionError {
    ConversionError(
      subject: path, problem: "has changed while it was read", expected: "\(rowCount) rows",
      remedy: "convert it again")
  }
}
