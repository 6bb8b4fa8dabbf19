extension WaitingRows {
  /// What a row is made of.
  struct Form {
    var featureBytes: Int
    var targetBytes: Int
    var weightBytes = 0

    /// Of a row with its place and its number.
    var recordBytes: Int { 16 + featureBytes + targetBytes + weightBytes }

    /// Stores a row of a band with its place as a record.
    @inline(__always)
    func store(
      _ row: Int, of band: OutputBand, place: Int, at record: UnsafeMutableRawPointer
    ) {
      record.storeBytes(of: Int64(place), as: Int64.self)
      record.storeBytes(of: Int64(band.numbers[row]), toByteOffset: 8, as: Int64.self)
      (record + 16).copyMemory(
        from: band.features.baseAddress! + row * featureBytes, byteCount: featureBytes)
      (record + 16 + featureBytes).copyMemory(
        from: band.targets.baseAddress! + row * targetBytes, byteCount: targetBytes)
      if weightBytes > 0 {
        (record + 16 + featureBytes + targetBytes).copyMemory(
          from: band.weights.baseAddress! + row * weightBytes, byteCount: weightBytes)
      }
    }

    @inline(__always)
    func number(of record: UnsafeRawPointer) -> Int {
      Int(record.loadUnaligned(fromByteOffset: 8, as: Int64.self))
    }

    /// Copies a record to a row of columns.
    @inline(__always)
    func load(
      _ record: UnsafeRawPointer, to row: Int, _ features: UnsafeMutableRawBufferPointer,
      _ targets: UnsafeMutableRawBufferPointer, _ weights: UnsafeMutableRawBufferPointer
    ) {
      (features.baseAddress! + row * featureBytes).copyMemory(
        from: record + 16, byteCount: featureBytes)
      (targets.baseAddress! + row * targetBytes).copyMemory(
        from: record + 16 + featureBytes, byteCount: targetBytes)
      if weightBytes > 0 {
        (weights.baseAddress! + row * weightBytes).copyMemory(
          from: record + 16 + featureBytes + targetBytes, byteCount: weightBytes)
      }
    }
  }
}
