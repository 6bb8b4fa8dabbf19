import Datasets
import Glibc
import HDF5
import Kernels

/// Takes rows from sources, a band at a time, to their splits of the output.
final class RowOutput {
  private let writer: DatasetWriter
  private let schema: DatasetSchema
  private let source: SourceSchema
  private let progress: (ConversionProgress) -> Void
  private let memoryBudget: Int
  private let outputPath: String
  private var rowsRead = 0
  private var rowsWritten = 0
  /// Nil when targets are values.
  private(set) var classes: ClassTally?
  private(set) var variation: VariationTracker
  /// Nil where duplicates are not searched.
  let duplicates: DuplicateSearch?

  init(
    schema: DatasetSchema, source: SourceSchema, classCount: Int?, options: ConversionOptions,
    progress: @escaping (ConversionProgress) -> Void
  ) throws(ConversionError) {
    self.schema = schema
    self.source = source
    self.progress = progress
    memoryBudget = options.memoryBudget
    outputPath = options.output
    variation = VariationTracker(
      width: source.featureWidth, elementBytes: schema.featureType.byteCount)
    duplicates =
      options.searchesDuplicates
      // Hashes are there twice while they are sorted.
      ? DuplicateSearch(memoryRows: options.memoryBudget / 8 / 32, output: options.output) : nil
    if source.hasClasses { classes = ClassTally(type: source.targetType, count: classCount) }
    do throws(DatasetError) {
      writer = try DatasetWriter(
        path: options.output, schema: schema, storage: options.storage,
        replacingExisting: options.replacesExisting)
    } catch {
      throw ConversionError(error)
    }
  }

  /// Gives the file its name.
  /// - Returns: the fingerprint of its rows.
  func finish(_ information: DatasetInformation) throws(ConversionError) -> String {
    do throws(DatasetError) {
      return try writer.finish(information)
    } catch {
      throw ConversionError(error)
    }
  }

  /// Writes all rows of the sources to one split, in their order.
  func write(
    _ sources: [any RowSource], to split: SplitName
  ) throws(ConversionError) {
    try forEachBand(of: sources) { band throws(ConversionError) in
      classes?.count(band.labels, in: split)
      try append(to: split, band)
    }
    classes?.close(after: split)
  }

  /// Writes the rows of the sources to the splits of a plan. Rows that are to be shuffled wait until
  /// all have been read.
  func write(
    _ sources: [any RowSource], by plan: SplitPlan
  ) throws(ConversionError) {
    let waiting = try plan.order.map { order throws(ConversionError) in
      try ShuffledRows(
        order: order, featureBytes: featureBytes, targetBytes: source.targetBytes,
        memory: memoryBudget / 2, output: outputPath)
    }
    guard waiting != nil || plan.rows.count > 1 else { return try write(sources, to: .train) }
    try forEachBand(of: sources) { band throws(ConversionError) in
      for split in SplitName.allCases {
        let places = (0..<band.rows).filter { plan.destination[band.firstIndex + $0] == split }
        if places.isEmpty { continue }
        if !band.labels.isEmpty { classes?.count(places.lazy.map { band.labels[$0] }, in: split) }
        if split == .train, let waiting {
          try waiting.append(places, of: band)
        } else if places.count == band.rows {
          try append(to: split, band)
        } else {
          try band.picking(places) { band throws(ConversionError) in
            try append(to: split, band)
          }
        }
      }
    }
    classes?.close(after: .train)
    try waiting?.forEachBand(rows: bandRows) { band throws(ConversionError) in
      try append(to: .train, band)
    }
  }

  private var featureBytes: Int { schema.featureShape.reduce(schema.featureType.byteCount, *) }

  /// Rows of a band: about 4 MiB.
  private var bandRows: Int { max(1, (4 << 20) / max(featureBytes, source.featureBytes)) }

  /// Reads all rows, a band at a time; rows are numbered through all sources.
  private func forEachBand(
    of sources: [any RowSource], _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let stored = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * featureBytes, alignment: 64)
    defer { stored.deallocate() }
    var (firstIndex, firstNumber) = (0, 0)
    for source in sources {
      try source.read(bandRows: bandRows) { band throws(ConversionError) in
        try check(band, of: source)
        var features = band.features
        if self.source.featureType != schema.featureType {
          let bytes = UnsafeMutableRawBufferPointer(
            rebasing: stored[..<(band.rows * featureBytes)])
          SmallestType.convert(
            band.features, from: self.source.featureType, to: schema.featureType, into: bytes)
          features = UnsafeRawBufferPointer(bytes)
        }
        let labels = try classes?.labels(band.targets, firstRow: band.firstRow, of: source)
        rowsRead += band.rows
        try body(
          OutputBand(
            firstIndex: firstIndex + band.firstRow, rows: band.rows, features: features,
            targets: band.targets,
            numbers: (band.numbers ?? Array(band.firstRow..<band.firstRow + band.rows))
              .map { firstNumber + $0 },
            labels: labels ?? []))
        report()
      }
      firstIndex += source.rowCount
      firstNumber += source.numberCount
    }
  }

  /// Throws if a number of the band is NaN or infinite.
  private func check(_ band: SourceBand, of source: any RowSource) throws(ConversionError) {
    for (bytes, type, width, path) in [
      (band.features, self.source.featureType, self.source.featureWidth, source.path),
      (band.targets, self.source.targetType, self.source.targetWidth, source.targetPath),
    ] {
      guard let index = firstNonFinite(bytes, type: ElementCode(type)) else { continue }
      let row = band.numbers?[index / width] ?? band.firstRow + index / width
      throw ConversionError(
        subject: path,
        problem: "has a number that is NaN, infinite or beyond a float's range in row "
          + "\(row), column \(index % width) (counted from 0)",
        expected: "finite numbers", remedy: "remove the row or replace the value")
    }
  }

  private func append(to split: SplitName, _ band: OutputBand) throws(ConversionError) {
    do throws(DatasetError) {
      try writer.append(
        to: split, features: band.features, targets: band.targets, rowNumbers: band.numbers)
    } catch {
      throw ConversionError(error)
    }
    if split == .train { variation.add(band.features, rows: band.rows) }
    try duplicates?.add(split, rows: band.rows, features: band.features, targets: band.targets)
    rowsWritten += band.rows
    report()
  }

  private func report() {
    progress(
      ConversionProgress(
        rowsRead: rowsRead, rowsWritten: rowsWritten,
        rowsTotal: schema.rows.values.reduce(0, +)))
  }
}
