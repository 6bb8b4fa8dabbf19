/// The rows of a source of arrays without those that are left out.
///
/// Its bands have as many rows as those of a source that never had the others, so that nothing tells
/// them apart but the rows' numbers. Takes memory for a band more than the source, and what
/// `LeftOutRows` takes.
final class GoodRows: PlacedRowSource {
  private let source: any RowSource
  private let leftOut: LeftOutRows

  init(of source: any RowSource, without leftOut: LeftOutRows) {
    self.source = source
    self.leftOut = leftOut
  }

  var path: String { source.path }
  var targetPath: String { source.targetPath }
  var datasets: (features: String, targets: String, weights: String?)? { source.datasets }
  var files: [String] { source.files }
  var schema: SourceSchema { source.schema }
  var rowCount: Int { source.rowCount - leftOut.count }
  var numberCount: Int { source.numberCount }
  var notes: [String] { source.notes }
  var isStored: Bool { source.isStored }

  /// - Parameter place: its record is the row to begin with, among all of the source.
  func read(
    bandRows: Int, from place: RowPlace, in _: FeatureMemory?,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let good = GoodBand(rows: min(bandRows, rowCount), schema, from: place)
    try source.read(bandRows: bandRows, from: RowPlace(row: place.record)) {
      band throws(ConversionError) in
      let end = band.firstRow + band.rows
      var rest = band.firstRow..<end
      while case let kept = leftOut.firstKept(in: rest), !kept.isEmpty {
        let taken = kept.prefix(good.room)
        good.append(taken, of: band)
        rest = taken.upperBound..<end
        if good.room == 0 { try handOut(good, from: place, body) }
      }
    }
    if !good.isEmpty { try handOut(good, from: place, body) }
    guard good.firstRow == rowCount else { throw wrongRows(from: place) }
  }

  private func handOut(
    _ good: GoodBand, from place: RowPlace,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let band = good.band
    guard band.firstRow + band.rows <= rowCount else { throw wrongRows(from: place) }
    try body(band)
    good.clear()
  }

  /// That there are more or fewer good rows than the search found: reading began at a kept place that is
  /// wrong, or, where it began at the start, the source has changed.
  private func wrongRows(from place: RowPlace) -> ConversionError {
    guard place == RowPlace() else { return WorkingFolder.damaged }
    return ConversionError(
      subject: path, problem: "has changed while it was read", expected: "\(rowCount) good rows",
      remedy: "convert it again")
  }

  func readTargets(
    _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let rowBytes = schema.targetBytes
    var first = 0
    try source.readTargets { targets throws(ConversionError) in
      var rest = first..<first + targets.count / rowBytes
      while case let kept = leftOut.firstKept(in: rest), !kept.isEmpty {
        let bytes = (kept.lowerBound - first) * rowBytes..<(kept.upperBound - first) * rowBytes
        try body(UnsafeRawBufferPointer(rebasing: targets[bytes]))
        rest = kept.upperBound..<rest.upperBound
      }
      first = rest.upperBound
    }
  }
}

/// Rows of bands, gathered until they are a band of their own.
private final class GoodBand {
  /// The index of the first one among all that are handed out.
  private(set) var firstRow: Int
  private let features: UnsafeMutableRawBufferPointer
  private let targets: UnsafeMutableRawBufferPointer
  private let weights: UnsafeMutableRawBufferPointer?
  private let capacity: Int
  private let schema: SourceSchema
  private var numbers: [Int] = []
  /// The row of the source behind the last one.
  private var end: Int

  init(rows: Int, _ schema: SourceSchema, from place: RowPlace) {
    (capacity, self.schema) = (rows, schema)
    (firstRow, end) = (place.row, place.record)
    features = .allocate(byteCount: rows * schema.featureBytes, alignment: 64)
    targets = .allocate(byteCount: rows * schema.targetBytes, alignment: 64)
    weights =
      schema.hasWeights
      ? .allocate(byteCount: rows * MemoryLayout<Float>.size, alignment: 64) : nil
  }

  deinit {
    features.deallocate()
    targets.deallocate()
    weights?.deallocate()
  }

  private var rows: Int { numbers.count }
  var isEmpty: Bool { rows == 0 }
  /// Rows that it can still take.
  var room: Int { capacity - rows }

  /// Takes rows of the source that a band of it has; as many as there is room for.
  func append(_ taken: Range<Int>, of band: SourceBand) {
    let places = taken.lowerBound - band.firstRow..<taken.upperBound - band.firstRow
    func copy(
      _ source: UnsafeRawBufferPointer, to memory: UnsafeMutableRawBufferPointer, rowBytes: Int
    ) {
      let bytes = places.lowerBound * rowBytes..<places.upperBound * rowBytes
      UnsafeMutableRawBufferPointer(rebasing: memory[(rows * rowBytes)...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[bytes]))
    }
    copy(band.features, to: features, rowBytes: schema.featureBytes)
    copy(band.targets, to: targets, rowBytes: schema.targetBytes)
    if let weights, let found = band.weights {
      copy(found, to: weights, rowBytes: MemoryLayout<Float>.size)
    }
    numbers += places.map(band.number(ofRow:))
    end = taken.upperBound
  }

  var band: SourceBand {
    func filled(
      _ memory: UnsafeMutableRawBufferPointer, rowBytes: Int
    ) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: memory[..<(rows * rowBytes)])
    }
    return SourceBand(
      firstRow: firstRow, rows: rows, features: filled(features, rowBytes: schema.featureBytes),
      targets: filled(targets, rowBytes: schema.targetBytes),
      weights: weights.map { filled($0, rowBytes: MemoryLayout<Float>.size) }, numbers: numbers,
      next: RowPlace(row: firstRow + rows, record: end))
  }

  func clear() {
    firstRow += rows
    numbers.removeAll(keepingCapacity: true)
  }
}
