import Datasets
import Settings

/// The rows of all splits, from when they are read until all have been: in memory if they fit, else in
/// a file. The file is the part of an interrupted conversion that took the longest, and reading goes on
/// behind its last mark.
final class KeptRows: RowStore {
  /// In the output's order.
  let splits: [SplitName]
  private let waiting: [SplitName: WaitingRows]
  /// Nil while rows are in memory.
  private let file: SpillFile?
  let marks: Marks?
  private let recordBytes: Int

  /// - Parameter work: where a file has a name and marks; nil for a file without either.
  init(
    _ schema: DatasetSchema, _ sources: Sources, form: WaitingRows.Form,
    _ options: ConversionOptions, keepingIn work: WorkingFolder?
  ) throws(ConversionError) {
    let total = schema.rows.values.reduce(0, +)
    let isInMemory = form.recordBytes * total <= options.mostRowBytesInMemory
    let work = isInMemory ? nil : work
    marks = work.map { Marks(from: sources.begun, in: $0, spacing: options.mostRowBytesInMemory) }
    recordBytes = form.recordBytes
    splits = schema.rows.keys.sorted()
    if isInMemory {
      file = nil
    } else if let work {
      try work.begin()
      file = try SpillFile(keptAt: work.rowsPath, for: options.output)
    } else {
      file = try SpillFile(beside: options.output)
    }
    var waiting: [SplitName: WaitingRows] = [:]
    var offset = 0
    for (index, split) in splits.enumerated() {
      let rows = schema.rows[split] ?? 0
      let pieces = marks?.begun.pieces ?? []
      let written = pieces.indices.contains(index) ? pieces[index] : nil
      waiting[split] = WaitingRows(
        places: split == .train ? sources.plan?.places : nil, rows: rows, form: form,
        in: file.map {
          WaitingRows.Region(file: $0, offset: offset, isKept: work != nil, written: written)
        },
        memory: Int(Double(options.memoryBudget / 2) * Double(rows) / Double(total)))
      offset += rows * form.recordBytes
    }
    self.waiting = waiting
  }

  func append(
    _ places: [Int], of band: OutputBand, to split: SplitName
  ) throws(ConversionError) {
    try waiting[split]!.append(places, of: band)
    try marks?.add(bytes: places.count * recordBytes)
  }

  func featureMemory(of split: SplitName) -> FeatureMemory? { nil }

  func keep(_ mark: ReadingMark) throws(ConversionError) {
    guard let marks, let file else { return }
    var mark = mark
    for split in splits { mark.pieces.append(try waiting[split]!.flush()) }
    try marks.keep(mark, of: file.synchronize())
  }

  /// Hands out the rows of a split in their places' order.
  func forEachBand(
    of split: SplitName, rows bandRows: Int, _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try waiting[split]!.forEachBand(rows: bandRows) { band throws(ConversionError) in
      try marks?.keepPending(afterWaiting: false)
      try body(band)
    }
  }
}
