import Glibc

/// Rows that wait in memory, each at its place of a shuffled order, until all have come.
final class ShuffledRows {
  /// The place of each row, in the order in which they come.
  private let places: [Int32]
  private let featureBytes: Int
  private let targetBytes: Int
  private let features: UnsafeMutableRawBufferPointer
  private let targets: UnsafeMutableRawBufferPointer
  private var numbers: [Int]
  private var count = 0

  /// - Parameters:
  ///   - order: which of the coming rows stands at each place.
  ///   - path: of the source to blame when they do not fit.
  init(order: [Int32], featureBytes: Int, targetBytes: Int, path: String) throws(ConversionError) {
    let rowBytes = featureBytes + targetBytes
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard order.count * rowBytes <= machine else {
      throw ConversionError(
        subject: path,
        problem: "needs \(order.count * rowBytes) bytes of memory to be shuffled "
          + "(\(order.count) rows of \(rowBytes) bytes)",
        expected: "at most \(machine), the machine's memory",
        remedy: "use --shuffle none, and a windowed shuffle in training")
    }
    var places = order
    for (place, row) in order.enumerated() { places[Int(row)] = Int32(place) }
    self.places = places
    self.featureBytes = featureBytes
    self.targetBytes = targetBytes
    features = .allocate(byteCount: order.count * featureBytes, alignment: 64)
    targets = .allocate(byteCount: order.count * targetBytes, alignment: 64)
    numbers = Array(repeating: 0, count: order.count)
  }

  deinit {
    features.deallocate()
    targets.deallocate()
  }

  /// Takes the rows at some places of a band.
  func append(_ rows: [Int], of band: OutputBand) {
    for row in rows {
      let place = Int(places[count])
      features.copyRow(place, from: band.features, row: row, byteCount: featureBytes)
      targets.copyRow(place, from: band.targets, row: row, byteCount: targetBytes)
      numbers[place] = band.numbers[row]
      count += 1
    }
  }

  /// Hands out all rows in their shuffled order.
  func forEachBand(
    rows bandRows: Int, _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    for start in stride(from: 0, to: numbers.count, by: bandRows) {
      let end = min(start + bandRows, numbers.count)
      try body(
        OutputBand(
          rows: end - start,
          features: UnsafeRawBufferPointer(
            rebasing: features[start * featureBytes..<end * featureBytes]),
          targets: UnsafeRawBufferPointer(
            rebasing: targets[start * targetBytes..<end * targetBytes]),
          numbers: Array(numbers[start..<end])))
    }
  }
}
