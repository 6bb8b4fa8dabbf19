import Datasets
import HDF5

/// Takes rows from sources, a band at a time, to their splits of the output.
final class RowOutput {
  /// Nil until there are rows, which may decide how they are stored.
  private var writer: DatasetWriter?
  /// How rows are compressed, if they decided it.
  private(set) var compression: CompressionChoice?
  /// Of rows in the output itself, until it is finished.
  private var marks: Marks?
  private let schema: DatasetSchema
  private let progress: ProgressReporter
  private let options: ConversionOptions
  private let input: RowInput
  private var rowsWritten = 0
  private(set) var variation: VariationTracker
  /// Nil where rows lie in files as they are, and are not read twice.
  private(set) var outliers: OutlierCount?
  /// Nil where duplicates are not searched.
  let duplicates: DuplicateSearch?

  init(
    schema: DatasetSchema, source: SourceSchema, classCount: Int?, options: ConversionOptions,
    progress: ProgressReporter
  ) {
    self.schema = schema
    input = RowInput(schema: schema, source: source, classCount: classCount)
    self.progress = progress
    self.options = options
    variation = VariationTracker(
      width: source.featureWidth, elementBytes: schema.featureType.byteCount)
    duplicates =
      options.searchesDuplicates
      // Hashes are there twice while they are sorted.
      ? DuplicateSearch(
        memoryRows: options.memoryBudget / 8 / 32, output: options.output, progress) : nil
  }

  /// What was found in the rows: of classes nil when targets are values, of columns nil where the
  /// sources say what they are like.
  var classes: ClassTally? { input.classes }
  var features: FeatureScan? { input.features }

  /// Creates the file, whose first rows are these.
  private func begin(_ band: OutputBand) throws(ConversionError) -> DatasetWriter {
    var storage = options.storage
    if options.choosesCompression {
      let featureBytes = input.form.featureBytes
      let choice = CompressionChoice(
        sampling: band.features, elementBytes: schema.featureType.byteCount,
        chunkBytes: max(1, storage.chunkBytes / featureBytes) * featureBytes)
      storage.compression = choice.compression
      compression = choice
    }
    return try ConversionError.converting { () throws(DatasetError) in
      try DatasetWriter(
        path: options.output, schema: schema, storage: storage,
        replacingExisting: options.replacesExisting, keptAt: nil, pastCache: schema.isReadInWindows)
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
    // Where columns are described one by one, outliers are counted in what was written.
    let isReadAgain = !sources.areStored && (features?.isByColumn ?? true)
    let written = try WrittenRows(
      schema, sources, form: input.form, options, keepingIn: work,
      pastCache: schema.isReadInWindows && !isReadAgain
    ) {
      [unowned self] writer, split, band throws(ConversionError) in
      self.writer = writer
      try append(to: split, band)
    }
    marks = written.marks
    try restore(marks?.begun, of: sources)
    try written.readAgain(bandRows: input.bandRows)
    try keep(sources, in: written)
    if !sources.areStored, var outliers = outlierCount(sources) {
      try countOutliers(in: written) { outliers.add($0) }
      self.outliers = outliers
    }
  }

  private func countOutliers(
    in written: WrittenRows, _ add: (UnsafeRawBufferPointer) -> Void
  ) throws(ConversionError) {
    let total = schema.rows.values.reduce(0, +)
    let pass = PassProgress(.countingOutliers, in: .rows, total: total, to: progress)
    pass.begin(nil)
    var rows = 0
    try written.forEachBandOfFeatures(bandRows: input.bandRows) { features in
      add(features)
      rows += features.count / input.form.featureBytes
      pass.advance(to: rows)
    }
  }

  private func writeKept(
    _ sources: Sources, keepingIn work: WorkingFolder?
  ) throws(ConversionError) {
    let kept = try KeptRows(schema, sources, form: input.form, options, keepingIn: work)
    try restore(kept.marks?.begun, of: sources)
    try keep(sources, in: kept)
    outliers = outlierCount(sources)
    for split in kept.splits {
      try kept.forEachBand(of: split, rows: input.bandRows) { band throws(ConversionError) in
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
      OutlierCount.Column(name: sources.schema.name(ofFeature: index), feature: index, scan)
    }
  }

  /// Writes the rows of a split's sources as they come.
  private func write(
    _ sources: [any RowSource], of split: SplitName, by plan: SplitPlan?
  ) throws(ConversionError) {
    try input.read(sources, of: split, from: nil, by: plan, in: nil) {
      band, places, split throws(ConversionError) in
      try band.picking(places) { band throws(ConversionError) in try append(to: split, band) }
    } finishBand: { _, _ in
      report()
    }
  }

  /// Takes over what was found before the conversion was interrupted.
  private func restore(_ begun: ReadingMark?, of sources: Sources) throws(ConversionError) {
    guard let begun, begun.rows > 0 else { return }
    try input.restore(begun)
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
      try input.read(
        list, of: split, from: start, by: plan, in: store.featureMemory(of: split)
      ) {
        band, places, split throws(ConversionError) in
        try store.append(places, of: band, to: split)
      } finishBand: { index, next throws(ConversionError) in
        if let next, store.marks?.isDue == true {
          try mark(store, sources, source: first + index, next)
        }
        report()
      }
    }
    if begun.source < first { try mark(store, sources, source: first, RowPlace()) }
  }

  private func mark(
    _ store: any RowStore, _ sources: Sources, source: Int, _ place: RowPlace
  ) throws(ConversionError) {
    var mark = input.mark(source: source, place)
    mark.found = sources.set.found
    try store.keep(mark)
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
    progress.report(
      .rows(
        read: input.rowsRead, written: rowsWritten, total: schema.rows.values.reduce(0, +)))
  }
}
