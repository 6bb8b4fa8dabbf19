/// Of a column whose chunks have places.
extension ColumnWriter {
  /// Stores what has not left yet too, and waits for all else: then all rows are in the file.
  func storeAll() throws(DatasetError) {
    try wait()
    try placed.write(
      UnsafeRawBufferPointer(rebasing: buffers[turn].memory[..<(fillingRows * rowBytes)]),
      at: leftRows * rowBytes)
  }

  /// Reads rows that are in the file.
  func read(row: Int, into memory: UnsafeMutableRawBufferPointer) throws(DatasetError) {
    try placed.read(at: row * rowBytes, into: memory)
  }

  private var placed: PlacedChunks {
    guard let placed = store as? PlacedChunks else {
      preconditionFailure("chunks are compressed")
    }
    return placed
  }
}
