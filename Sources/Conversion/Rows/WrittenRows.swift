import Datasets

/// The rows of all splits, written to their places of the output as they come: the output is what is
/// kept of an interrupted conversion, which goes on behind its last mark.
final class WrittenRows: RowStore {
  let writer: DatasetWriter
  let marks: Marks?
  private let schema: DatasetSchema
  private let form: WaitingRows.Form
  /// Rows of each split that came.
  private var rows: [SplitName: Int] = [:]
  private let write: (SplitName, OutputBand) throws(ConversionError) -> Void

  /// - Parameters:
  ///   - work: where the output is until it is complete, with marks; nil for a file that does not
  ///     outlive an interruption.
  ///   - pastCache: whether rows are not kept in the system's cache of files.
  ///   - write: gives rows to the writer.
  init(
    _ schema: DatasetSchema, _ sources: Sources, form: WaitingRows.Form,
    _ options: ConversionOptions, keepingIn work: WorkingFolder?, pastCache: Bool,
    write: @escaping (DatasetWriter, SplitName, OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let bytes = form.recordBytes * schema.rows.values.reduce(0, +)
    let work = bytes <= options.mostRowBytesInMemory ? nil : work
    try work?.begin()
    var begun = sources.begun
    func open() throws(DatasetError) -> DatasetWriter {
      if begun.rows == 0 { work?.removeRows() }
      return try DatasetWriter(
        path: options.output, schema: schema, storage: options.storage,
        replacingExisting: options.replacesExisting, keptAt: work?.rowsPath,
        stored: Self.stored(begun, schema), pastCache: pastCache)
    }
    do throws(DatasetError) {
      do throws(DatasetError) { writer = try open() } catch  where begun.rows > 0 {
        // What was kept is damaged: all rows are read anew.
        begun = sources.blankMark
        writer = try open()
      }
    } catch {
      throw ConversionError(error)
    }
    marks = work.map { Marks(from: begun, in: $0, spacing: options.mostRowBytesInMemory) }
    self.schema = schema
    self.form = form
    self.write = { [writer] split, band throws(ConversionError) in try write(writer, split, band) }
  }

  private static func stored(_ mark: ReadingMark, _ schema: DatasetSchema) -> [SplitName: Int] {
    Dictionary(
      uniqueKeysWithValues: zip(schema.rows.sorted { $0.key < $1.key }, mark.pieces).map {
        ($0.key, min($0.value, $1.first ?? 0))
      })
  }

  func append(
    _ places: [Int], of band: OutputBand, to split: SplitName
  ) throws(ConversionError) {
    rows[split, default: 0] += places.count
    try band.picking(places) { band throws(ConversionError) in try write(split, band) }
    try marks?.add(bytes: places.count * form.recordBytes)
  }

  func featureMemory(of split: SplitName) -> FeatureMemory? {
    FeatureMemory(pieceRows: writer.featureRowsInOnePiece(of: split)) {
      [writer] row throws(ConversionError) in
      do throws(DatasetError) { return try writer.featureMemory(of: split, row: row) } catch {
        throw ConversionError(error)
      }
    }
  }

  // Without `ConversionError.converting`, on which the compiler (6.3.1) crashes in here.
  func keep(_ mark: ReadingMark) throws(ConversionError) {
    guard let marks else { return }
    do throws(DatasetError) { try writer.storeAll() } catch { throw ConversionError(error) }
    var mark = mark
    mark.pieces = splits.map { [rows[$0] ?? 0] }
    let writer = writer
    let synchronization = Synchronization { () throws(ConversionError) in
      do throws(DatasetError) { try writer.synchronize() } catch { throw ConversionError(error) }
    }
    try marks.keep(mark, of: synchronization)
  }

  private var splits: [SplitName] { schema.rows.keys.sorted() }

  /// Hands the rows that were written before the interruption out again, to all that takes note of
  /// rows.
  func readAgain(bandRows: Int) throws(ConversionError) {
    guard let marks else { return }
    for (split, count) in Self.stored(marks.begun, schema).sorted(by: { $0.key < $1.key }) {
      rows[split] = count
      try forEachBand(of: split, rows: count, bandRows) {
        rows, features throws(ConversionError) in
        let (targets, weights, numbers) = try ConversionError.converting {
          () throws(DatasetError) in
          try writer.readBesideFeatures(of: split, rows: rows)
        }
        try targets.withUnsafeBufferPointer { targets throws(ConversionError) in
          try weights.withUnsafeBufferPointer { weights throws(ConversionError) in
            try write(
              split,
              OutputBand(
                rows: rows.count, features: features, targets: UnsafeRawBufferPointer(targets),
                weights: UnsafeRawBufferPointer(weights), numbers: numbers))
          }
        }
      }
    }
  }

  /// Hands out the features of all rows.
  func forEachBandOfFeatures(
    bandRows: Int, _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try ConversionError.converting { () throws(DatasetError) in try writer.storeAll() }
    for split in splits {
      try forEachBand(of: split, rows: schema.rows[split] ?? 0, bandRows) {
        _, features throws(ConversionError) in try body(features)
      }
    }
  }

  private func forEachBand(
    of split: SplitName, rows: Int, _ bandRows: Int,
    _ body: (Range<Int>, UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(rows, bandRows) * form.featureBytes, alignment: 64)
    defer { memory.deallocate() }
    for start in stride(from: 0, to: rows, by: bandRows) {
      let band = start..<min(start + bandRows, rows)
      let features = UnsafeMutableRawBufferPointer(
        rebasing: memory[..<(band.count * form.featureBytes)])
      try ConversionError.converting { () throws(DatasetError) in
        try writer.readFeatures(of: split, row: start, into: features)
      }
      try body(band, UnsafeRawBufferPointer(features))
    }
  }
}
