import Datasets
import HDF5
import Settings

/// Counts the rows of each class in each split as rows go by, and checks their labels.
struct ClassTally {
  private let type: ElementType
  private var counts: [SplitName: [Int]] = [:]
  /// Of labels: one below is expected. Nil while the rows that decide it go by.
  private var limit: Int?
  private var greatest = -1
  /// Why labels are below the limit.
  private var reason = "which have names"

  /// - Parameter count: of the classes, if it is known: no other class may come.
  init(type: ElementType, count: Int?) {
    self.type = type
    limit = count
  }

  /// The number of classes.
  var classCount: Int { limit ?? greatest + 1 }

  /// Rows of each class in each split.
  var result: [SplitName: [Int]] {
    counts.mapValues { $0 + Array(repeating: 0, count: max(0, classCount - $0.count)) }
  }

  /// Reads the labels of rows that follow one another.
  /// - Throws: `ConversionError` for one that is no class, by its row in `source`.
  func labels(
    _ bytes: UnsafeRawBufferPointer, firstRow: Int, of source: any RowSource
  ) throws(ConversionError) -> [Int32] {
    let values = Self.integers(bytes, type: type)
    let expected = expected
    if let row = values.firstIndex(where: { !expected.contains($0) }) {
      throw error(values[row], inRow: firstRow + row, of: source)
    }
    return values.map(Int32.init(truncatingIfNeeded:))
  }

  private var expected: Range<Int> { 0..<(limit ?? TargetSchema.mostClasses) }

  func isClass(_ label: Int) -> Bool { expected.contains(label) }

  /// That a label is no class.
  /// - Parameter number: its row's, in the source.
  func error(_ label: Int, inRow number: Int, of source: any RowSource) -> ConversionError {
    ConversionError(
      DatasetError(
        file: source.targetPath, dataset: source.datasets?.targets,
        problem: "has the label \(label == .max ? "2⁶³ or more" : "\(label)") in row \(number)",
        expected: "a class from 0 to \(expected.upperBound - 1)"
          + (limit == nil ? "" : ", " + reason),
        remedy: "mend it, or leave such rows out with --on-error skip"))
  }

  /// Counts labels that `labels` found good.
  mutating func count(_ labels: some Sequence<Int32>, in split: SplitName) {
    var found = counts.removeValue(forKey: split) ?? []
    for label in labels {
      let label = Int(label)
      if label >= found.count {
        found += Array(repeating: 0, count: label + 1 - found.count)
        greatest = max(greatest, label)
      }
      found[label] += 1
    }
    counts[split] = found
  }

  /// Takes the labels so far for all that there are: others cannot be learned.
  mutating func close(after split: SplitName) {
    guard limit == nil else { return }
    limit = greatest + 1
    reason = "as the labels of \(split) have"
  }

  /// What was counted so far, and what of it decides what may follow.
  var settings: SettingValue {
    [
      "counts": .array(
        SplitName.allCases.map { .array((counts[$0] ?? []).map { .integer($0) }) }),
      "limit": limit.map { .integer($0) } ?? .null, "reason": .string(reason),
    ]
  }

  /// Takes up what `settings` says.
  mutating func restore(_ settings: SettingValue) throws(ConversionError) {
    guard case .object(let members) = settings, case .array(let values) = members["counts"],
      case .string(let reason) = members["reason"]
    else { throw WorkingFolder.damaged }
    for (split, value) in zip(SplitName.allCases, values) where !value.integers.isEmpty {
      counts[split] = value.integers
      greatest = max(greatest, value.integers.count - 1)
    }
    if case .integer(let limit) = members["limit"] { self.limit = limit }
    self.reason = reason
  }

  /// Labels as numbers, those beyond an `Int` as the last one.
  static func integers(_ bytes: UnsafeRawBufferPointer, type: ElementType) -> [Int] {
    func read<Number: FixedWidthInteger>(_: Number.Type) -> [Int] {
      (0..<bytes.count / MemoryLayout<Number>.size).map {
        Int(
          clamping: bytes.loadUnaligned(
            fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self))
      }
    }
    return switch type {
    case .int8: read(Int8.self)
    case .int16: read(Int16.self)
    case .int32: read(Int32.self)
    case .uint8: read(UInt8.self)
    case .uint16: read(UInt16.self)
    case .uint32: read(UInt32.self)
    case .uint64: read(UInt64.self)
    default: read(Int64.self)
    }
  }
}
