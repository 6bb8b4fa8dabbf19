extension RowSource {
  /// Reads all rows in bands, in memory that is allocated once.
  ///
  /// - Parameters:
  ///   - first: the row to begin with.
  ///   - fill: reads the rows of a range into memory for their features and their targets.
  func readBands(
    of bandRows: Int, from first: Int = 0, to body: (SourceBand) throws(ConversionError) -> Void,
    filling fill: (
      Range<Int>, UnsafeMutableRawBufferPointer, UnsafeMutableRawBufferPointer
    ) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let bandRows = min(bandRows, rowCount)
    let (featureBytes, targetBytes) = (schema.featureBytes, schema.targetBytes)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * featureBytes, alignment: 64)
    defer { memory.deallocate() }
    let targetMemory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * targetBytes, alignment: 64)
    defer { targetMemory.deallocate() }
    for first in stride(from: first, to: rowCount, by: bandRows) {
      let rows = first..<min(first + bandRows, rowCount)
      let features = UnsafeMutableRawBufferPointer(
        rebasing: memory[..<(rows.count * featureBytes)])
      let targets = UnsafeMutableRawBufferPointer(
        rebasing: targetMemory[..<(rows.count * targetBytes)])
      try fill(rows, features, targets)
      try body(
        SourceBand(
          firstRow: first, rows: rows.count, features: UnsafeRawBufferPointer(features),
          targets: UnsafeRawBufferPointer(targets), next: RowPlace(row: rows.upperBound)))
    }
  }
}
