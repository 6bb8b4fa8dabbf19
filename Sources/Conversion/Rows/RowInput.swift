import Datasets
import Dispatch
import HDF5

/// Reads rows from sources, a band at a time: checks them, converts them to the types that are stored,
/// and counts them.
final class RowInput {
  private let schema: DatasetSchema
  private let source: SourceSchema
  private(set) var rowsRead = 0
  /// Nil when targets are values.
  private(set) var classes: ClassTally?
  /// Nil where the sources say what their columns are like. While `scan` is busy it is another thread's.
  private(set) var features: FeatureScan?
  private let scan = DispatchGroup()

  init(schema: DatasetSchema, source: SourceSchema, classCount: Int?) {
    self.schema = schema
    self.source = source
    if source.preprocessing == nil {
      features = FeatureScan(type: schema.featureType, rowShape: schema.featureShape)
    }
    if source.hasClasses { classes = ClassTally(type: source.targetType, count: classCount) }
  }

  private var targetType: ElementType { schema.targetType ?? source.targetType }

  /// What a row is made of where it is stored.
  var form: WaitingRows.Form {
    WaitingRows.Form(
      featureBytes: schema.featureShape.reduce(schema.featureType.byteCount, *),
      targetBytes: schema.targetShape.reduce(targetType.byteCount, *),
      weightBytes: schema.hasWeights ? MemoryLayout<Float>.size : 0)
  }

  /// Rows of a band. Stored, they take no more memory than in their source.
  var bandRows: Int { source.bandRows }

  // MARK: - Interruptions

  /// Takes over what was found before the conversion was interrupted.
  func restore(_ begun: ReadingMark) throws(ConversionError) {
    rowsRead = begun.rows
    try classes?.restore(begun.classes)
    try features?.restore(begun.features)
  }

  /// What was found so far.
  /// - Parameters:
  ///   - source: the one that is read, counted through all splits.
  ///   - place: where reading can go on in it.
  func mark(source: Int, _ place: RowPlace) -> ReadingMark {
    var mark = ReadingMark(featureType: schema.featureType, targetType: targetType)
    (mark.source, mark.place, mark.rows) = (source, place, rowsRead)
    mark.classes = classes?.settings ?? .null
    mark.features = features?.settings ?? .null
    return mark
  }

  // MARK: - Reading

  /// Reads the rows of a split's sources; they are numbered through all of them.
  ///
  /// - Parameters:
  ///   - start: the source to begin with, and where in it; nil for the first one's start.
  ///   - plan: how rows are drawn for other splits; nil where none are.
  ///   - memory: where features may be put if all rows go to the split.
  ///   - take: gets a band and the places in it of the rows that go to a split.
  ///   - finishBand: gets the index of the source that a band was of, and where reading can go on
  ///     behind it, if it can.
  func read(
    _ sources: [any RowSource], of split: SplitName, from start: (source: Int, place: RowPlace)?,
    by plan: SplitPlan?, in memory: FeatureMemory?,
    take: (OutputBand, [Int], SplitName) throws(ConversionError) -> Void,
    finishBand: (Int, RowPlace?) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let isOfOne = (plan?.rows.count ?? 1) == 1
    try forEachBand(of: sources, from: start, in: isOfOne ? memory : nil) {
      band, index, next throws(ConversionError) in
      try distribute(band, of: split, by: plan, take)
      // What was found in the features is part of a mark.
      scan.wait()
      try finishBand(index, next)
    }
    classes?.close(after: split)
  }

  private func forEachBand(
    of sources: [any RowSource], from start: (source: Int, place: RowPlace)?,
    in memory: FeatureMemory?,
    _ body: (OutputBand, Int, RowPlace?) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let (bandRows, form) = (bandRows, form)
    let memory = source.featureType == schema.featureType ? memory : nil
    let stored = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * form.featureBytes, alignment: 64)
    let storedTargets = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * form.targetBytes, alignment: 64)
    // Of sources without weights, where others have some.
    let ones = [Float](repeating: 1, count: schema.hasWeights ? bandRows : 0)
    defer {
      stored.deallocate()
      storedTargets.deallocate()
    }
    var (firstIndex, firstNumber) = (0, 0)
    for (index, source) in sources.enumerated() {
      defer {
        firstIndex += source.rowCount
        firstNumber += source.numberCount
      }
      let place = index == start?.source ? start?.place ?? RowPlace() : RowPlace()
      if index < start?.source ?? 0 || place.row == source.rowCount { continue }
      try source.read(bandRows: bandRows, from: place, in: memory?.behind(firstIndex)) {
        band throws(ConversionError) in
        try check(band, of: source)
        let labels = try classes?.labels(band.targets, firstRow: band.firstRow, of: source)
        rowsRead += band.rows
        var output = OutputBand(
          firstIndex: firstIndex + band.firstRow, rows: band.rows,
          features: SmallestType.convert(
            band.features, from: self.source.featureType, to: schema.featureType, in: stored),
          targets: SmallestType.convert(
            band.targets, from: self.source.targetType, to: targetType, in: storedTargets),
          numbers: band.numbers(behind: firstNumber),
          labels: labels ?? [])
        startScan(output.features)
        // The band's memory is used again.
        defer { scan.wait() }
        if let weights = band.weights {
          output.weights = weights
          try body(output, index, band.next)
        } else {
          try ones.withUnsafeBufferPointer { ones throws(ConversionError) in
            output.weights = UnsafeRawBufferPointer(
              UnsafeBufferPointer(rebasing: ones.prefix(band.rows)))
            try body(output, index, band.next)
          }
        }
      }
    }
  }

  /// Looks at features while the rows are taken.
  private func startScan(_ bytes: UnsafeRawBufferPointer) {
    guard features != nil else { return }
    nonisolated(unsafe) let (input, bytes) = (self, bytes)
    DispatchQueue.global().async(group: scan) { input.features?.add(bytes) }
  }

  /// Throws if a number of the band is NaN or infinite.
  private func check(_ band: SourceBand, of source: any RowSource) throws(ConversionError) {
    for numbers in BandNumbers.all(of: band, source) {
      guard let (row, column) = numbers.firstBad else { continue }
      throw numbers.error(inRow: band.number(ofRow: row), column: column)
    }
  }

  /// Hands out the places of a band's rows that go to each split, and counts their classes.
  private func distribute(
    _ band: OutputBand, of split: SplitName, by plan: SplitPlan?,
    _ take: (OutputBand, [Int], SplitName) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    guard let plan, plan.rows.count > 1 else {
      classes?.count(band.labels, in: split)
      return try take(band, Array(0..<band.rows), split)
    }
    for split in SplitName.allCases {
      let places = (0..<band.rows).filter { plan.split(ofRow: band.firstIndex + $0) == split }
      if places.isEmpty { continue }
      if !band.labels.isEmpty { classes?.count(places.lazy.map { band.labels[$0] }, in: split) }
      try take(band, places, split)
    }
  }
}
