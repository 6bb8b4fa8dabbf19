import Datasets
import Glibc
import HDF5
import Kernels

/// Takes rows from sources, a band at a time, to their splits of the output.
final class RowOutput {
  /// Nil until there are rows, which may decide how they are stored.
  private var writer: DatasetWriter?
  /// How rows are compressed, if they decided it.
  private(set) var compression: CompressionChoice?
  /// Of rows in the output itself, until it is finished.
  private var marks: Marks?
  private let schema: DatasetSchema
  private let source: SourceSchema
  private let progress: (ConversionProgress) -> Void
  private let options: ConversionOptions
  private var rowsRead = 0
  private var rowsWritten = 0
  /// Nil when targets are values.
  private(set) var classes: ClassTally?
  private(set) var variation: VariationTracker
  /// Nil where the sources say what their columns are like.
  private(set) var features: FeatureScan?
  /// Nil where rows lie in files as they are, and are not read twice.
  private(set) var outliers: OutlierCount?
  /// Nil where duplicates are not searched.
  let duplicates: DuplicateSearch?

  init(
    schema: DatasetSchema, source: SourceSchema, classCount: Int?, options: ConversionOptions,
    progress: @escaping (ConversionProgress) -> Void
  ) {
    self.schema = schema
    self.source = source
    self.progress = progress
    self.options = options
    variation = VariationTracker(
      width: source.featureWidth, elementBytes: schema.featureType.byteCount)
    if source.preprocessing == nil {
      features = FeatureScan(type: schema.featureType, rowShape: schema.featureShape)
    }
    duplicates =
      options.searchesDuplicates
      // Hashes are there twice while they are sorted.
      ? DuplicateSearch(memoryRows: options.memoryBudget / 8 / 32, output: options.output) : nil
    if source.hasClasses { classes = ClassTally(type: source.targetType, count: classCount) }
  }

  /// Creates the file, whose first rows are these.
  private func begin(_ band: OutputBand) throws(ConversionError) -> DatasetWriter {
    var storage = options.storage
    if options.choosesCompression {
      let choice = CompressionChoice(
        sampling: band.features, elementBytes: schema.featureType.byteCount,
        chunkBytes: max(1, storage.chunkBytes / featureBytes) * featureBytes)
      storage.compression = choice.compression
      compression = choice
    }
    return try ConversionError.converting { () throws(DatasetError) in
      try DatasetWriter(
        path: options.output, schema: schema, storage: storage,
        replacingExisting: options.replacesExisting)
    }
  }

  /// Gives the file its name.
  /// - Returns: the fingerprint of its rows.
  func finish(_ information: DatasetInformation) throws(ConversionError) -> String {
    guard let writer else { preconditionFailure("no rows were written") }
    // More than rows is written to the file now.
    try marks?.end()
    return try ConversionError.converting { () throws(DatasetError) in
      try writer.finish(information)
    }
  }

  /// Writes the rows of all sources to their splits.
  ///
  /// Rows that keep their order and are not compressed go to their places of the output at once. All
  /// others are kept first: where their order changes, and where reading them takes so long that it
  /// should not be done again, as an interrupted conversion does.
  ///
  /// - Parameter work: where rows that do not fit in memory are kept; nil for a file without a name.
  func write(_ sources: Sources, keepingIn work: WorkingFolder?) throws(ConversionError) {
    if sources.keepOrder, options.storage.compression == .none, !options.choosesCompression {
      try writeToPlaces(sources, keepingIn: work)
    } else if sources.keepOrder, sources.areStored {
      for (split, rows) in sources.splits.sorted(by: { $0.key < $1.key }) {
        try write(rows, of: split, by: split == .train ? sources.plan : nil)
      }
    } else {
      try writeKept(sources, keepingIn: work)
    }
  }

  private func writeToPlaces(
    _ sources: Sources, keepingIn work: WorkingFolder?
  ) throws(ConversionError) {
    let written = try WrittenRows(schema, sources, form: form, options, keepingIn: work) {
      [unowned self] writer, split, band throws(ConversionError) in
      self.writer = writer
      try append(to: split, band)
    }
    marks = written.marks
    try restore(marks?.begun, of: sources)
    try written.readAgain(bandRows: bandRows)
    try keep(sources, in: written)
    if !sources.areStored, var outliers = outlierCount(sources) {
      try written.forEachBandOfFeatures(bandRows: bandRows) { outliers.add($0) }
      self.outliers = outliers
    }
  }

  private func writeKept(
    _ sources: Sources, keepingIn work: WorkingFolder?
  ) throws(ConversionError) {
    let kept = try KeptRows(schema, sources, form: form, options, keepingIn: work)
    try restore(kept.marks?.begun, of: sources)
    try keep(sources, in: kept)
    outliers = outlierCount(sources)
    for split in kept.splits {
      try kept.forEachBand(of: split, rows: bandRows) { band throws(ConversionError) in
        try append(to: split, band)
      }
    }
  }

  private func outlierCount(_ sources: Sources) -> OutlierCount? {
    outlierColumns(sources).map {
      OutlierCount($0, type: schema.featureType, width: schema.featureShape.reduce(1, *))
    }
  }

  private func outlierColumns(_ sources: Sources) -> [OutlierCount.Column]? {
    guard let features else { return sources.set.outlierColumns }
    guard features.isByColumn else { return nil }
    return features.columns.enumerated().compactMap { index, scan in
      OutlierCount.Column(name: source.name(ofFeature: index), feature: index, scan)
    }
  }

  /// Writes the rows of a split's sources as they come.
  private func write(
    _ sources: [any RowSource], of split: SplitName, by plan: SplitPlan?
  ) throws(ConversionError) {
    try forEachBand(of: sources, from: nil) { band, _, _ throws(ConversionError) in
      try distribute(band, of: split, by: plan) { split, places throws(ConversionError) in
        try band.picking(places) { band throws(ConversionError) in try append(to: split, band) }
      }
    }
    classes?.close(after: split)
  }

  /// Takes over what was found before the conversion was interrupted.
  private func restore(_ begun: ReadingMark?, of sources: Sources) throws(ConversionError) {
    guard let begun, begun.rows > 0 else { return }
    rowsRead = begun.rows
    try classes?.restore(begun.classes)
    try features?.restore(begun.features)
    try sources.set.restore(begun.found)
  }

  /// Reads all rows to a store, from where an interrupted conversion stopped.
  private func keep(_ sources: Sources, in store: any RowStore) throws(ConversionError) {
    let begun = store.marks?.begun ?? sources.blankMark
    var first = 0
    for (split, list) in sources.splits.sorted(by: { $0.key < $1.key }) {
      defer { first += list.count }
      if begun.source >= first + list.count { continue }
      let start = begun.source >= first ? (begun.source - first, begun.place) : (0, RowPlace())
      let plan = split == .train ? sources.plan : nil
      try forEachBand(of: list, from: start) { band, index, next throws(ConversionError) in
        try distribute(band, of: split, by: plan) { split, places throws(ConversionError) in
          try store.append(places, of: band, to: split)
        }
        guard let next, store.marks?.isDue == true else { return }
        try mark(store, sources, source: first + index, next)
      }
      classes?.close(after: split)
    }
    if begun.source < first { try mark(store, sources, source: first, RowPlace()) }
  }

  private func mark(
    _ store: any RowStore, _ sources: Sources, source: Int, _ place: RowPlace
  ) throws(ConversionError) {
    var mark = ReadingMark(featureType: schema.featureType, targetType: targetType)
    (mark.source, mark.place, mark.rows) = (source, place, rowsRead)
    mark.classes = classes?.settings ?? .null
    mark.found = sources.set.found
    mark.features = features?.settings ?? .null
    try store.keep(mark)
  }

  /// Hands out the places of a band's rows that go to each split, and counts their classes.
  private func distribute(
    _ band: OutputBand, of split: SplitName, by plan: SplitPlan?,
    _ body: (SplitName, [Int]) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    guard let plan, plan.rows.count > 1 else {
      classes?.count(band.labels, in: split)
      return try body(split, Array(0..<band.rows))
    }
    for split in SplitName.allCases {
      let places = (0..<band.rows).filter { plan.destination[band.firstIndex + $0] == split }
      if places.isEmpty { continue }
      if !band.labels.isEmpty { classes?.count(places.lazy.map { band.labels[$0] }, in: split) }
      try body(split, places)
    }
  }

  private var targetType: ElementType { schema.targetType ?? source.targetType }
  private var rowsTotal: Int { schema.rows.values.reduce(0, +) }
  private var featureBytes: Int { schema.featureShape.reduce(schema.featureType.byteCount, *) }
  private var targetBytes: Int { schema.targetShape.reduce(targetType.byteCount, *) }
  private var form: WaitingRows.Form {
    WaitingRows.Form(
      featureBytes: featureBytes, targetBytes: targetBytes,
      weightBytes: schema.hasWeights ? MemoryLayout<Float>.size : 0)
  }

  /// Rows of a band: features and targets of at most about 4 MiB each.
  private var bandRows: Int {
    let rowBytes = max(featureBytes, source.featureBytes, targetBytes, source.targetBytes)
    return max(1, (4 << 20) / rowBytes)
  }

  /// Reads all rows, a band at a time; rows are numbered through all sources.
  ///
  /// - Parameters:
  ///   - start: the source to begin with, and where in it; nil for the first one's start.
  ///   - body: gets the band, its source's index, and where reading can go on behind it, if it can.
  private func forEachBand(
    of sources: [any RowSource], from start: (source: Int, place: RowPlace)?,
    _ body: (OutputBand, Int, RowPlace?) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let stored = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * featureBytes, alignment: 64)
    let storedTargets = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * targetBytes, alignment: 64)
    // Of sources without weights, where others have some.
    let ones = [Float](repeating: 1, count: schema.hasWeights ? bandRows : 0)
    defer {
      stored.deallocate()
      storedTargets.deallocate()
    }
    var (firstIndex, firstNumber) = (0, 0)
    for (index, source) in sources.enumerated() {
      let place = index == start?.source ? start?.place ?? RowPlace() : RowPlace()
      if index < start?.source ?? 0 || place.row == source.rowCount {
        firstIndex += source.rowCount
        firstNumber += source.numberCount
        continue
      }
      try source.read(bandRows: bandRows, from: place) { band throws(ConversionError) in
        try check(band, of: source)
        let labels = try classes?.labels(band.targets, firstRow: band.firstRow, of: source)
        rowsRead += band.rows
        var output = OutputBand(
          firstIndex: firstIndex + band.firstRow, rows: band.rows,
          features: SmallestType.convert(
            band.features, from: self.source.featureType, to: schema.featureType, in: stored),
          targets: SmallestType.convert(
            band.targets, from: self.source.targetType, to: targetType, in: storedTargets),
          numbers: (band.numbers ?? Array(band.firstRow..<band.firstRow + band.rows))
            .map { firstNumber + $0 },
          labels: labels ?? [])
        features?.add(output.features)
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
    let writer = if let writer { writer } else { try begin(band) }
    self.writer = writer
    try ConversionError.converting { () throws(DatasetError) in
      try writer.append(
        to: split, features: band.features, targets: band.targets,
        weights: Array(band.weights.bindMemory(to: Float.self)), rowNumbers: band.numbers)
    }
    if split == .train { variation.add(band.features, rows: band.rows) }
    outliers?.add(band.features)
    try duplicates?.add(
      split, numbers: band.numbers, features: band.features, targets: band.targets)
    rowsWritten += band.rows
    report()
  }

  private func report() {
    progress(
      ConversionProgress(
        rowsRead: rowsRead, rowsWritten: rowsWritten,
        rowsTotal: rowsTotal))
  }
}
