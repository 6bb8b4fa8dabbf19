import Datasets

/// The rows of one text table.
final class TableSource: RowSource {
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
    bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let (decoder, encoder) = (made.decoder, made.encoder)
    let reader = table.file.reader
    var firstRow = 0
    try reader.forEachBlock(blockBytes: blockBytes) { cursor in
      Self.encode(&cursor, decoder, encoder)
    } accept: { block, place throws(ConversionError) in
      if let problem = place.problems.first, !skipsBadRows {
        throw reader.error(problem, names: table.file.names)
      }
      guard firstRow + block.rows <= rowCount else { throw changed }
      for start in stride(from: 0, to: block.rows, by: bandRows) {
        let rows = start..<min(start + bandRows, block.rows)
        try body(
          SourceBand(
            firstRow: firstRow + rows.lowerBound, rows: rows.count,
            features: block.features(rows), targets: block.targets(rows),
            numbers: rowCount == numberCount
              ? nil : block.records[rows].map { place.firstRecord + Int($0) }))
      }
      firstRow += block.rows
    }
    guard firstRow == rowCount else { throw changed }
  }

  private static func encode(
    _ cursor: inout FieldCursor, _ decoder: RowDecoder, _ encoder: RowEncoder
  ) -> EncodedRows {
    let block = EncodedRows(encoder)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: encoder.rowWidth) { row in
      while cursor.startRecord() {
        decoder.decode(&cursor, into: row.baseAddress!)
        if cursor.finishRecord() {
          block.append(row.baseAddress!, record: cursor.records - 1)
        }
      }
    }
    return block
  }

  /// Smaller where rows grow: many categories come from few bytes.
  private var blockBytes: Int {
    let rowBytes = made.schema.featureBytes + made.schema.targetBytes
    return max(4 << 10, min(TableReader.blockBytes, TableReader.blockBytes * 16 / rowBytes))
  }

  private var changed: ConversionError {
    ConversionError(
      subject: path, problem: "has changed while it was read", expected: "\(rowCount) rows",
      remedy: "convert it again")
  }
}
