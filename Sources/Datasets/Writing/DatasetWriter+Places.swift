/// Of a writer without compression.
extension DatasetWriter {
  /// Stores all rows that came, so that they can be read, and a later writer could go on behind them
  /// once `synchronize` has returned.
  package func storeAll() throws(DatasetError) {
    for column in columns.values.flatMap(\.values) { try column.storeAll() }
  }

  /// Waits until the disk has what was stored before. Any thread may call it before `finish`.
  package func synchronize() throws(DatasetError) { try output.synchronize() }

  /// Memory for the features of a row that is to be appended, and of those behind it that lie in one piece
  /// with it: `append` does not copy those that were made there. Waits until what was there before is
  /// stored.
  ///
  /// - Parameter row: in the piece of the row that is appended next, or in one of the two behind that.
  package func featureMemory(
    of split: SplitName, row: Int
  ) throws(DatasetError) -> UnsafeMutableRawBufferPointer {
    try columns[split]![.features]!.memory(forRow: row)
  }

  /// Rows that lie in one piece, at most.
  package func featureRowsInOnePiece(of split: SplitName) -> Int {
    columns[split]![.features]!.capacity
  }

  /// Fills memory with the features of stored rows.
  ///
  /// - Parameter row: the first one.
  package func readFeatures(
    of split: SplitName, row: Int, into memory: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    try columns[split]![.features]!.read(row: row, into: memory)
  }

  /// Reads all but the features of stored rows.
  package func readBesideFeatures(
    of split: SplitName, rows: Range<Int>
  ) throws(DatasetError) -> (targets: [UInt8], weights: [Float], rowNumbers: [Int]) {
    let (columns, count) = (columns[split]!, rows.count)
    func read<Value: BitwiseCopyable>(
      _ column: FileFormat.Column, _ values: Int, _: Value.Type
    ) throws(DatasetError) -> [Value] {
      guard let column = columns[column] else { return [] }
      let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: values * MemoryLayout<Value>.stride, alignment: 64)
      defer { bytes.deallocate() }
      try column.read(row: rows.lowerBound, into: bytes)
      return Array(bytes.bindMemory(to: Value.self))
    }
    return (
      try read(.targets, count * schema.targetBytes, UInt8.self),
      try read(.weights, count, Float.self),
      try read(.row, count, Int64.self).map { Int($0) }
    )
  }
}
