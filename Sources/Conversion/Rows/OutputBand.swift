/// Rows on their way to the output, as they are stored.
struct OutputBand {
  /// The index of the first row among those of all sources of its split.
  var firstIndex = 0
  var rows: Int
  var features: UnsafeRawBufferPointer
  var targets: UnsafeRawBufferPointer
  /// A float for each row; empty where rows have none.
  var weights = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Each row's number in its source.
  var numbers: [Int]
  /// The class of each row; empty when targets are values.
  var labels: [Int32] = []

  /// Calls `body` with the rows at some places of these, which are in order.
  func picking(
    _ places: [Int], _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    if places.count == rows { return try body(self) }
    let featureBytes = features.count / rows
    let targetBytes = targets.count / rows
    let weightBytes = weights.count / rows
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: places.count * (featureBytes + targetBytes + weightBytes), alignment: 64)
    defer { bytes.deallocate() }
    let picked = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(places.count * featureBytes)])
    let pickedTargets = UnsafeMutableRawBufferPointer(
      rebasing: bytes[picked.count..<picked.count + places.count * targetBytes])
    let pickedWeights = UnsafeMutableRawBufferPointer(
      rebasing: bytes[(picked.count + pickedTargets.count)...])
    for (index, place) in places.enumerated() {
      picked.copyRow(index, from: features, row: place, byteCount: featureBytes)
      pickedTargets.copyRow(index, from: targets, row: place, byteCount: targetBytes)
      if weightBytes > 0 {
        pickedWeights.copyRow(index, from: weights, row: place, byteCount: weightBytes)
      }
    }
    try body(
      OutputBand(
        rows: places.count, features: UnsafeRawBufferPointer(picked),
        targets: UnsafeRawBufferPointer(pickedTargets),
        weights: UnsafeRawBufferPointer(pickedWeights), numbers: places.map { numbers[$0] }))
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Copies one of rows of `byteCount` bytes here.
  func copyRow(
    _ row: Int, from source: UnsafeRawBufferPointer, row other: Int, byteCount: Int
  ) {
    (baseAddress! + row * byteCount).copyMemory(
      from: source.baseAddress! + other * byteCount, byteCount: byteCount)
  }
}
