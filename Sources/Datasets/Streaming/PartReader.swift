import HDF5
import Kernels

/// Reads bands of rows of what one file has of a split, all its columns, into resident rows, and
/// checks every value.
final class PartReader: Sendable {
  private let columns: SplitColumns
  private let labels: LabelDecoder?
  let features: ColumnReader
  private let targets: ColumnReader?
  private let weights: ColumnReader?
  private let numbers: ColumnReader?

  init(
    _ columns: SplitColumns, targets schema: TargetSchema, form: TargetForm
  ) throws(DatasetError) {
    self.columns = columns
    let classes: Int? = if case .classes(let count) = schema { count } else { nil }
    labels = columns.targets.map { LabelDecoder(column: $0, form: form, classes: classes) }
    features = try ColumnReader(columns.features)
    targets = try columns.targets.map { column throws(DatasetError) in try ColumnReader(column) }
    weights = try columns.weights.map { column throws(DatasetError) in try ColumnReader(column) }
    numbers = try columns.numbers.map { column throws(DatasetError) in try ColumnReader(column) }
  }

  /// Every column's reader.
  var readers: [ColumnReader] { [features, targets, weights, numbers].compactMap { $0 } }

  /// Bytes of memory that a thread needs while it reads a block, besides the rows.
  func scratchBytes(blockRows: Int) -> Int {
    let narrow = [targets, weights, numbers].compactMap { $0?.column.rowBytes }.max() ?? 0
    // Labels become doubles on their way.
    return readers.map(\.scratchBytes).max()! + blockRows * (narrow + 8)
  }

  /// Reads all columns but the features of the rows of `range`.
  ///
  /// - Parameter start: where in `rows` they go.
  func readOthers(
    _ range: Range<Int>, into rows: ResidentRows, at start: Int, _ scratch: SplitReader.Scratch
  ) throws(DatasetError) {
    try readTargets(range, into: rows, at: start, scratch)
    try readWeights(range, into: rows, at: start, scratch)
    if let numbers, let memory = rows.numbers {
      let bytes = try read(numbers, range, scratch)
      columns.numbers!.type.convertIntegers(bytes, into: memory.pointer.baseAddress! + start)
    }
  }

  /// Reads the features of the rows of `range`, and checks them, by pieces that the processor's own
  /// cache holds.
  ///
  /// - Parameter start: where in `rows` they go.
  func readFeatures(
    _ range: Range<Int>, into rows: ResidentRows, at start: Int, _ scratch: SplitReader.Scratch
  ) throws(DatasetError) {
    let rowBytes = columns.features.rowBytes
    let unit = features.unitRows ?? 1
    let pieceRows = unit * max(1, Self.pieceBytes / (unit * rowBytes))
    var first = range.lowerBound
    while first < range.upperBound {
      let piece = first..<min((first / pieceRows + 1) * pieceRows, range.upperBound)
      let place = (start + first - range.lowerBound) * rowBytes
      let memory = UnsafeMutableRawBufferPointer(
        rebasing: rows.features.bytes[place..<place + piece.count * rowBytes])
      try features.read(piece, into: memory, scratch: scratch.decoder)
      try columns.features.checkFinite(UnsafeRawBufferPointer(memory), from: first)
      first = piece.upperBound
    }
  }

  private static let pieceBytes = 256 << 10

  private func readTargets(
    _ range: Range<Int>, into rows: ResidentRows, at start: Int, _ scratch: SplitReader.Scratch
  ) throws(DatasetError) {
    guard let targets, let labels else { return }
    let bytes = try read(targets, range, scratch)
    switch rows.targetValues {
    case .classes(let memory):
      let first = start - range.lowerBound
      try labels.decode(bytes, from: range.lowerBound) { row, label in
        memory.pointer[first + row] = label
      }
    case .values(let memory):
      let column = targets.column
      try column.checkFinite(bytes, from: range.lowerBound)
      column.convertFloats(bytes, into: memory.pointer.baseAddress! + start * column.width)
    }
  }

  private func readWeights(
    _ range: Range<Int>, into rows: ResidentRows, at start: Int, _ scratch: SplitReader.Scratch
  ) throws(DatasetError) {
    guard let weights, let memory = rows.weights else { return }
    try weights.column.decodeWeights(
      read(weights, range, scratch), from: range.lowerBound,
      into: memory.pointer.baseAddress! + start)
  }

  private func read(
    _ reader: ColumnReader, _ range: Range<Int>, _ scratch: SplitReader.Scratch
  ) throws(DatasetError) -> UnsafeRawBufferPointer {
    let band = scratch.band(range.count * reader.column.rowBytes)
    try reader.read(range, into: band, scratch: scratch.decoder)
    return UnsafeRawBufferPointer(band)
  }
}
