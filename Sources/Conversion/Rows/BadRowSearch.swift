import Datasets
import HDF5

/// Finds the rows of sources that would be refused, for them to be left out: those with a number that
/// is not finite, a weight below 0, or a label that is no class.
///
/// Sources are read for it once more: targets alone where no feature and no weight can be bad, and
/// nothing where no row can.
struct BadRowSearch {
  /// The sources of each split without their bad rows.
  private(set) var goodRows: [SplitName: [any RowSource]] = [:]
  private(set) var skipped: SkippedRows
  /// Numbers of each feature that are not finite, by its index where there are any.
  private(set) var nonFinite: [Int: Int] = [:]
  /// Of the good rows so far, whose labels may decide which ones may follow. Of no use when targets are
  /// values.
  private var classes: ClassTally
  private let pass: PassProgress

  /// Searches the sources of all splits.
  /// - Parameters:
  ///   - skipped: rows that were left out already.
  ///   - progress: is told how far the search is.
  init(
    of splits: [SplitName: [any RowSource]], _ options: ConversionOptions, _ skipped: SkippedRows,
    _ progress: ProgressReporter
  ) throws(ConversionError) {
    self.skipped = skipped
    let splits = splits.sorted { $0.key < $1.key }
    pass = PassProgress(.examining, over: splits.flatMap(\.value), to: progress)
    // All other sources have to be as the first one.
    let schema = splits[0].value[0].schema
    let names = options.classNames ?? schema.classNames
    classes = ClassTally(type: schema.targetType, count: names?.count ?? schema.classCount)
    for (split, sources) in splits {
      for source in sources {
        goodRows[split, default: []].append(try goodRows(of: source, split))
      }
      classes.close(after: split)
    }
  }

  private mutating func goodRows(
    of source: any RowSource, _ split: SplitName
  ) throws(ConversionError) -> any RowSource {
    pass.begin(source.path)
    let leftOut = try badRows(of: source, split)
    pass.end(at: source.rowCount)
    guard leftOut.count > 0 else { return source }
    guard leftOut.count < source.rowCount else {
      throw ConversionError(
        subject: source.path, problem: "has no good row among \(source.rowCount)",
        expected: "at least one",
        remedy: "convert it without --on-error skip to be told what is wrong with the first one")
    }
    return GoodRows(of: source, without: leftOut)
  }

  private mutating func badRows(
    of source: any RowSource, _ split: SplitName
  ) throws(ConversionError) -> LeftOutRows {
    let schema = source.schema
    var leftOut = LeftOutRows()
    if schema.featureType.isFloat || schema.hasWeights {
      try source.read(bandRows: schema.bandRows) { band in
        add(band, of: source, split, to: &leftOut)
      }
    } else if schema.targetType.isFloat || schema.hasClasses {
      var firstRow = 0
      try source.readTargets { targets in
        let band = SourceBand(
          firstRow: firstRow, rows: targets.count / schema.targetBytes,
          features: UnsafeRawBufferPointer(start: nil, count: 0), targets: targets)
        add(band, of: source, split, to: &leftOut)
        firstRow += band.rows
      }
    }
    return leftOut
  }

  private mutating func add(
    _ band: SourceBand, of source: any RowSource, _ split: SplitName,
    to leftOut: inout LeftOutRows
  ) {
    defer { pass.advance(to: band.firstRow + band.rows) }
    let count = leftOut.count
    let numbers = BandNumbers.all(of: band, source)
    for row in numbers.flatMap(\.badRows) { leftOut.insert(band.firstRow + row) }
    if source.schema.hasClasses { addLabels(band, of: source, split, to: &leftOut) }
    guard leftOut.count > count else { return }
    let search = self
    for row in 0..<band.rows where leftOut.contains(band.firstRow + row) {
      for column in numbers[0].badColumns(ofRow: row) { nonFinite[column, default: 0] += 1 }
      skipped.add(search.problem(ofRow: row, in: band, numbers, source))
    }
  }

  /// Counts the labels of a band's good rows.
  private mutating func addLabels(
    _ band: SourceBand, of source: any RowSource, _ split: SplitName,
    to leftOut: inout LeftOutRows
  ) {
    let labels = ClassTally.integers(band.targets, type: source.schema.targetType)
    var good: [Int32] = []
    for (row, label) in labels.enumerated() where !leftOut.contains(band.firstRow + row) {
      if classes.isClass(label) {
        good.append(Int32(label))
      } else {
        leftOut.insert(band.firstRow + row)
      }
    }
    classes.count(good, in: split)
  }

  /// Why a row is bad.
  private func problem(
    ofRow row: Int, in band: SourceBand, _ numbers: [BandNumbers], _ source: any RowSource
  ) -> ConversionError {
    let number = band.number(ofRow: row)
    for part in numbers {
      if let column = part.badColumn(ofRow: row) {
        return part.error(inRow: number, column: column)
      }
    }
    let labels = ClassTally.integers(band.targets, type: source.schema.targetType)
    return classes.error(labels[row], inRow: number, of: source)
  }
}
