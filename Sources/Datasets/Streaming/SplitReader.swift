import HDF5
import Kernels

/// Reads bands of rows of a split, all its columns, into resident rows, and checks every value.
/// Any number of threads may read at once, each with memory of its own.
final class SplitReader: Sendable {
  private let columns: SplitColumns
  private let schema: TargetSchema
  private let labels: LabelDecoder
  private let features: ColumnReader
  private let targets: ColumnReader
  private let weights: ColumnReader?
  private let numbers: ColumnReader?

  /// The memory of one thread.
  final class Scratch {
    fileprivate let decoder = DecoderScratch()
    /// Stored targets, weights or numbers before they are converted.
    fileprivate var band = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { band.deallocate() }

    fileprivate func band(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
      if band.count < bytes {
        band.deallocate()
        band = .allocate(byteCount: bytes, alignment: 64)
      }
      return UnsafeMutableRawBufferPointer(rebasing: band[..<bytes])
    }
  }

  init(
    _ columns: SplitColumns, targets schema: TargetSchema, form: TargetForm
  ) throws(DatasetError) {
    self.columns = columns
    self.schema = schema
    let classes: Int? = if case .classes(let count) = schema { count } else { nil }
    labels = LabelDecoder(column: columns.targets, form: form, classes: classes)
    features = try ColumnReader(columns.features)
    targets = try ColumnReader(columns.targets)
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

  /// Reads the rows of `range`.
  ///
  /// - Parameter start: where in `rows` they go.
  func read(
    _ range: Range<Int>, into rows: ResidentRows, at start: Int, scratch: Scratch
  ) throws(DatasetError) {
    let rowBytes = columns.features.rowBytes
    let band = UnsafeMutableRawBufferPointer(
      rebasing: rows.features.bytes[start * rowBytes..<(start + range.count) * rowBytes])
    try features.read(range, into: band, scratch: scratch.decoder)
    try columns.features.checkFinite(UnsafeRawBufferPointer(band), from: range.lowerBound)
    try readTargets(range, into: rows, at: start, scratch)
    try readWeights(range, into: rows, at: start, scratch)
    if let numbers, let memory = rows.numbers {
      let bytes = try read(numbers, range, scratch)
      columns.numbers!.type.convertIntegers(bytes, into: memory.pointer.baseAddress! + start)
    }
  }

  private func readTargets(
    _ range: Range<Int>, into rows: ResidentRows, at start: Int, _ scratch: Scratch
  ) throws(DatasetError) {
    let bytes = try read(targets, range, scratch)
    switch rows.targetValues {
    case .classes(let memory):
      let first = start - range.lowerBound
      try labels.decode(bytes, from: range.lowerBound) { row, label in
        memory.pointer[first + row] = label
      }
    case .values(let memory):
      let width = columns.targets.width
      try columns.targets.checkFinite(bytes, from: range.lowerBound)
      columns.targets.convertFloats(
        bytes, into: memory.pointer.baseAddress! + start * width)
    }
  }

  private func readWeights(
    _ range: Range<Int>, into rows: ResidentRows, at start: Int, _ scratch: Scratch
  ) throws(DatasetError) {
    guard let weights, let memory = rows.weights else { return }
    let column = weights.column
    let bytes = try read(weights, range, scratch)
    try column.checkFinite(bytes, from: range.lowerBound)
    let target = memory.pointer.baseAddress! + start
    column.convertFloats(bytes, into: target)
    for index in 0..<range.count where target[index] < 0 {
      throw column.error(
        "has the weight \(target[index]) in row \(range.lowerBound + index)",
        expected: "0 or more")
    }
  }

  private func read(
    _ reader: ColumnReader, _ range: Range<Int>, _ scratch: Scratch
  ) throws(DatasetError) -> UnsafeRawBufferPointer {
    let band = scratch.band(range.count * reader.column.rowBytes)
    try reader.read(range, into: band, scratch: scratch.decoder)
    return UnsafeRawBufferPointer(band)
  }
}

extension Column {
  /// All numbers of a band as floats.
  func convertFloats(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<Float>) {
    let count = bytes.count / type.byteCount
    // One row of all the band's numbers.
    let first: Int32 = 0
    withUnsafePointer(to: first) { first in
      Gather.rows(
        from: bytes.baseAddress!, type: ElementCode(type), rowWidth: count,
        indices: UnsafeBufferPointer(start: first, count: 1), scale: .none,
        into: FloatView(UnsafeMutableBufferPointer(start: target, count: count)))
    }
  }

  /// - Parameter start: the first row's number.
  func checkFinite(
    _ bytes: UnsafeRawBufferPointer, from start: Int
  ) throws(DatasetError) {
    guard let index = firstNonFinite(bytes, type: ElementCode(type)) else { return }
    let value: Double =
      switch type {
      case .float16: Double(bytes.loadUnaligned(fromByteOffset: 2 * index, as: Float16.self))
      case .float32: Double(bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self))
      default: bytes.loadUnaligned(fromByteOffset: 8 * index, as: Double.self)
      }
    throw error(
      "has \(value) in row \(start + index / width), column \(index % width) (counted from 0)",
      expected: "finite numbers within a float's range",
      remedy: "remove the row or replace the value")
  }
}

extension ElementType {
  /// Converts integers of this type, as they lie in `bytes`.
  fileprivate func convertIntegers(
    _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<Int64>
  ) {
    func convert<Number: FixedWidthInteger>(_: Number.Type) {
      bytes.withMemoryRebound(to: Number.self) { values in
        for index in values.indices { target[index] = Int64(truncatingIfNeeded: values[index]) }
      }
    }
    switch self {
    case .int8: convert(Int8.self)
    case .int16: convert(Int16.self)
    case .int32: convert(Int32.self)
    case .int64: convert(Int64.self)
    case .uint8: convert(UInt8.self)
    case .uint16: convert(UInt16.self)
    case .uint32: convert(UInt32.self)
    case .uint64: convert(UInt64.self)
    case .float16, .float32, .float64: preconditionFailure("row numbers are integers")
    }
  }
}
