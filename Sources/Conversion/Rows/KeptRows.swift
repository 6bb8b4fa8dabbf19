import Datasets
import Settings

/// The rows of all splits, from when they are read until all have been: in memory if they fit, else in
/// a file. The file is the part of an interrupted conversion that took the longest, and reading goes on
/// behind its last mark.
final class KeptRows {
  /// In the output's order.
  let splits: [SplitName]
  private let waiting: [SplitName: WaitingRows]
  /// Nil while rows are in memory.
  private let file: SpillFile?
  private let work: WorkingFolder?
  /// How far the rows go that were kept before.
  let mark: ReadingMark
  /// So many bytes are kept between two marks.
  private let markBytes: Int
  private var unmarkedBytes = 0
  /// A mark that is to be kept once its rows are on the disk.
  private var pending: (mark: ReadingMark, rows: SpillFile.Synchronization)?
  private let recordBytes: Int

  /// - Parameter work: where a file has a name and marks; nil for a file without either.
  init(
    _ schema: DatasetSchema, _ sources: Sources, form: WaitingRows.Form,
    _ options: ConversionOptions, keepingIn work: WorkingFolder?
  ) throws(ConversionError) {
    let total = schema.rows.values.reduce(0, +)
    let isInMemory = form.recordBytes * total <= options.mostRowBytesInMemory
    let work = isInMemory ? nil : work
    self.work = work
    recordBytes = form.recordBytes
    markBytes = options.mostRowBytesInMemory
    splits = schema.rows.keys.sorted()
    let blank = ReadingMark(
      featureType: sources.featureType, targetType: sources.targetType)
    mark = work == nil ? blank : sources.mark ?? blank
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
      let written = mark.pieces.indices.contains(index) ? mark.pieces[index] : nil
      waiting[split] = WaitingRows(
        order: split == .train ? sources.plan?.order : nil, rows: rows, form: form,
        in: file.map {
          WaitingRows.Region(file: $0, offset: offset, isKept: work != nil, written: written)
        },
        memory: Int(Double(options.memoryBudget / 2) * Double(rows) / Double(total)))
      offset += rows * form.recordBytes
    }
    self.waiting = waiting
  }

  /// Takes the rows at some places of a band.
  func append(
    _ places: [Int], of band: OutputBand, to split: SplitName
  ) throws(ConversionError) {
    try waiting[split]!.append(places, of: band)
    unmarkedBytes += places.count * recordBytes
    try keepPending(afterWaiting: false)
  }

  /// Whether so much came since the last mark that another one is worth its time.
  var isMarkDue: Bool { work != nil && unmarkedBytes >= markBytes }

  /// Makes what came so far last, once it is on the disk; more may come meanwhile.
  /// - Parameter mark: where reading stands.
  func keep(_ mark: ReadingMark) throws(ConversionError) {
    guard work != nil, let file else { return }
    try keepPending(afterWaiting: true)
    var mark = mark
    for split in splits { mark.pieces.append(try waiting[split]!.flush()) }
    pending = (mark, file.synchronize())
    unmarkedBytes = 0
  }

  /// Keeps the last mark if its rows are on the disk.
  /// - Parameter mayWait: whether to wait for that.
  private func keepPending(afterWaiting mayWait: Bool) throws(ConversionError) {
    guard let (mark, rows) = pending, mayWait || rows.isDone else { return }
    pending = nil
    try rows.finish()
    try work?.keep(mark.settings, as: .mark)
  }

  /// Hands out the rows of a split in their places' order.
  func forEachBand(
    of split: SplitName, rows bandRows: Int, _ body: (OutputBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try waiting[split]!.forEachBand(rows: bandRows) { band throws(ConversionError) in
      try keepPending(afterWaiting: false)
      try body(band)
    }
  }
}
