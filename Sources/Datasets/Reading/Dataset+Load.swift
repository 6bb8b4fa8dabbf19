import Glibc
import HDF5
import Kernels

extension Dataset {
  /// Reads the rows of a split into memory, and checks every value.
  ///
  /// - Parameter budget: the most bytes that the split may take; nil for as much as the machine
  ///   has.
  /// - Throws: `DatasetError` for a split that is not there or does not fit the budget, damaged
  ///   data, features that are not finite, and targets that are none.
  public func load(_ split: SplitName, budget: Int? = nil) throws(DatasetError) -> ResidentSplit {
    guard let columns = columns[split] else {
      throw DatasetError(
        file: path, problem: "has no split \(split)",
        expected: splits.keys.sorted().map(\.rawValue).joined(separator: ", ")
          + (splits.count == 1 ? ", the only one it has" : ", which it has"))
    }
    try check(budget: budget, split: split, columns: columns)
    let features = columns.features
    let memory = AlignedBuffer<UInt8>(count: features.rows * features.rowBytes)
    let code = ElementCode(features.type)
    try features.readAll(into: UnsafeMutableRawBufferPointer(memory.pointer)) {
      start, bytes throws(DatasetError) in
      try features.checkFinite(bytes, from: start)
    }
    return ResidentSplit(
      rows: features.rows, featureShape: featureShape, featureType: code, schema: targets,
      features: memory, targets: try loadTargets(columns.targets),
      weights: try loadWeights(columns.weights), numbers: try loadNumbers(columns.numbers))
  }

  /// Bytes that a split takes in memory.
  public func residentBytes(_ split: SplitName) -> Int {
    columns[split].map { $0.rows * residentRowBytes($0).reduce(0, +) } ?? 0
  }

  /// Bytes of a row's features, target, weight and number.
  private func residentRowBytes(_ columns: SplitColumns) -> [Int] {
    [
      columns.features.rowBytes, targetForm == .values ? 4 * targets.outputs : 4,
      columns.weights == nil ? 0 : 4, columns.numbers == nil ? 0 : 8,
    ]
  }

  private func check(
    budget: Int?, split: SplitName, columns: SplitColumns
  ) throws(DatasetError) {
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let bytes = residentBytes(split)
    guard bytes > budget ?? machine else { return }
    let parts = residentRowBytes(columns).filter { $0 > 0 }.map(String.init)
    throw DatasetError(
      file: path, dataset: "/\(split)",
      problem: "takes \(bytes) bytes of memory "
        + "(\(columns.rows) rows of \(parts.joined(separator: " + ")) bytes)",
      expected: "at most \(budget ?? machine), "
        + (budget == nil ? "the machine's memory" : "the memory budget"),
      remedy: budget == nil ? "use a machine with more memory" : "raise --memory-budget")
  }

  private func loadTargets(_ column: Column) throws(DatasetError) -> ResidentSplit.Targets {
    guard case .classes(let count) = targets else {
      return .values(try column.loadFloats())
    }
    let labels = AlignedBuffer<Int32>(count: column.rows)
    let decoder = LabelDecoder(column: column, form: targetForm, classes: count)
    try column.readBands { start, bytes throws(DatasetError) in
      try decoder.decode(bytes, from: start) { row, label in labels.pointer[row] = label }
    }
    return .classes(labels)
  }

  private func loadWeights(_ column: Column?) throws(DatasetError) -> AlignedBuffer<Float>? {
    guard let column else { return nil }
    let weights = try column.loadFloats()
    if let row = weights.pointer.firstIndex(where: { $0 < 0 }) {
      throw column.error(
        "has the weight \(weights.pointer[row]) in row \(row)", expected: "0 or more")
    }
    return weights
  }

  /// Rows that are numbered as they lie need no memory.
  private func loadNumbers(_ column: Column?) throws(DatasetError) -> [Int64]? {
    guard let column else { return nil }
    var numbers: [Int64] = []
    numbers.reserveCapacity(column.rows)
    try column.readBands { start, bytes throws(DatasetError) in
      column.type.appendIntegers(bytes, to: &numbers)
    }
    return numbers.enumerated().allSatisfy { $0 == Int($1) } ? nil : numbers
  }
}

extension Column {
  /// All numbers as floats, which must be finite.
  fileprivate func loadFloats() throws(DatasetError) -> AlignedBuffer<Float> {
    let values = AlignedBuffer<Float>(count: rows * width)
    try readBands { start, bytes throws(DatasetError) in
      try checkFinite(bytes, from: start)
      let count = bytes.count / type.byteCount
      // One row of all the band's numbers.
      [Int32(0)].withUnsafeBufferPointer { first in
        Gather.rows(
          from: bytes.baseAddress!, type: ElementCode(type), rowWidth: count, indices: first,
          scale: .none, into: values.view.slice(start * width..<start * width + count))
      }
    }
    return values
  }

  /// - Parameter start: the first row's number.
  fileprivate func checkFinite(
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
  /// Appends integers of this type, as they lie in `bytes`.
  fileprivate func appendIntegers(_ bytes: UnsafeRawBufferPointer, to numbers: inout [Int64]) {
    func append<Number: FixedWidthInteger>(_: Number.Type) {
      bytes.withMemoryRebound(to: Number.self) { values in
        for value in values { numbers.append(Int64(truncatingIfNeeded: value)) }
      }
    }
    switch self {
    case .int8: append(Int8.self)
    case .int16: append(Int16.self)
    case .int32: append(Int32.self)
    case .int64: append(Int64.self)
    case .uint8: append(UInt8.self)
    case .uint16: append(UInt16.self)
    case .uint32: append(UInt32.self)
    case .uint64: append(UInt64.self)
    case .float16, .float32, .float64: preconditionFailure("row numbers are integers")
    }
  }
}
