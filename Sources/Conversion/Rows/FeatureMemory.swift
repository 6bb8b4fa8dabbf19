/// Memory of the output for the features of rows. A source whose features are stored as they are can put them
/// there, where nobody has to copy them. For the thread that the conversion was called on.
struct FeatureMemory {
  /// Rows that lie in one piece, at most.
  let pieceRows: Int
  /// Where a row lies, and those behind it that lie in one piece with it. Waits until what was there is
  /// stored.
  ///
  /// It may be asked for the pieces of the rows that are handed out next, and of those in the two pieces
  /// behind them.
  let piece: (_ row: Int) throws(ConversionError) -> UnsafeMutableRawBufferPointer

  /// That of a source whose rows come behind so many others.
  func behind(_ rows: Int) -> FeatureMemory {
    FeatureMemory(pieceRows: pieceRows) { row throws(ConversionError) in try piece(rows + row) }
  }
}
