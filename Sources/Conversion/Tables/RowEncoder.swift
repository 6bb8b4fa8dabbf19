import Datasets
import Glibc
import HDF5

/// Turns rows of numbers, as `RowDecoder` makes them, into features and targets as they are stored.
struct RowEncoder: Sendable {
  /// What becomes of a number at `place` of a row.
  enum Step: Sendable {
    /// The feature at `feature` is the number, or `imputed` where it is missing.
    case value(place: Int, feature: Int, imputed: Double)
    /// Of the features from `feature` on, the one whose index the number is becomes 1.
    case oneHot(place: Int, feature: Int, imputed: Double)
    /// The feature is 1 where the number is missing.
    case missing(place: Int, feature: Int)
  }

  let steps: [Step]
  let width: Int
  let type: ElementType
  /// Where targets stand in a row.
  let targetPlaces: Range<Int>
  let targetType: ElementType
  /// Numbers of a row.
  let rowWidth: Int
  /// Whether the features are a row's first numbers as they stand, where none is missing.
  let isDirect: Bool

  var featureBytes: Int { width * type.byteCount }
  /// Without targets a zero stands for one.
  var targetBytes: Int { max(1, targetPlaces.count) * targetType.byteCount }

  init(
    _ preprocessing: Preprocessing, type: ElementType, targetPlaces: Range<Int>,
    targetType: ElementType, rowWidth: Int
  ) {
    var steps: [Step] = []
    var feature = 0
    for (place, column) in preprocessing.columns.enumerated() {
      let imputed = column.imputed ?? .nan
      if case .category(let words) = column.kind, !column.isIndexed {
        steps.append(.oneHot(place: place, feature: feature, imputed: imputed))
        feature += words.count
      } else {
        steps.append(.value(place: place, feature: feature, imputed: imputed))
        feature += 1
      }
      if column.marksMissing {
        steps.append(.missing(place: place, feature: feature))
        feature += 1
      }
    }
    self.steps = steps
    isDirect = steps.allSatisfy {
      if case .value(let place, let feature, _) = $0 { place == feature } else { false }
    }
    width = feature
    self.type = type
    self.targetPlaces = targetPlaces
    self.targetType = targetType
    self.rowWidth = rowWidth
  }

  /// Works out the features of a row.
  /// - Parameter features: of `width`, all 0.
  @inline(__always)
  func encode(
    _ row: UnsafePointer<Double>, into features: UnsafeMutablePointer<Double>
  ) {
    for step in steps {
      switch step {
      case .value(let place, let feature, let imputed):
        features[feature] = row[place].isNaN ? imputed : row[place]
      case .oneHot(let place, let feature, let imputed):
        features[feature + Int(row[place].isNaN ? imputed : row[place])] = 1
      case .missing(let place, let feature):
        features[feature] = row[place].isNaN ? 1 : 0
      }
    }
  }
}

/// Rows of a block of a table, as they are stored.
///
/// A block's rows are made on one thread, and read on another afterwards.
final class EncodedRows: @unchecked Sendable {
  private let encoder: RowEncoder
  private(set) var rows = 0
  private var capacity = 0
  private var features: UnsafeMutableRawPointer?
  private var targets: UnsafeMutableRawPointer?
  /// A row of doubles on its way to the stored type.
  private let scratch: UnsafeMutablePointer<Double>
  /// The place of each row among the records of its block.
  private(set) var records: [Int32] = []

  init(_ encoder: RowEncoder) {
    self.encoder = encoder
    scratch = .allocate(capacity: encoder.width)
  }

  deinit {
    scratch.deallocate()
    free(features)
    free(targets)
  }

  /// Forgets all rows, and keeps the memory.
  func removeAll() {
    rows = 0
    records.removeAll(keepingCapacity: true)
  }

  /// Features of some rows.
  func features(_ rows: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: features! + rows.lowerBound * encoder.featureBytes,
      count: rows.count * encoder.featureBytes)
  }

  func targets(_ rows: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: targets! + rows.lowerBound * encoder.targetBytes,
      count: rows.count * encoder.targetBytes)
  }

  /// Appends a row of numbers.
  /// - Parameter isWhole: whether none is missing.
  func append(_ row: UnsafePointer<Double>, record: Int, isWhole: Bool) {
    if rows == capacity { grow() }
    var numbers = row
    if !(isWhole && encoder.isDirect) {
      scratch.update(repeating: 0, count: encoder.width)
      encoder.encode(row, into: scratch)
      numbers = UnsafePointer(scratch)
    }
    store(
      numbers, count: encoder.width, as: encoder.type, at: features! + rows * encoder.featureBytes)
    memset(targets! + rows * encoder.targetBytes, 0, encoder.targetBytes)
    store(
      row + encoder.targetPlaces.lowerBound, count: encoder.targetPlaces.count,
      as: encoder.targetType, at: targets! + rows * encoder.targetBytes)
    rows += 1
    records.append(Int32(truncatingIfNeeded: record))
  }

  private func grow() {
    capacity = max(256, 2 * capacity)
    features = realloc(features, capacity * encoder.featureBytes)
    targets = realloc(targets, capacity * encoder.targetBytes)
  }

  private func store(
    _ values: UnsafePointer<Double>, count: Int, as type: ElementType,
    at out: UnsafeMutableRawPointer
  ) {
    func integers<Number: FixedWidthInteger>(_: Number.Type) {
      let out = out.assumingMemoryBound(to: Number.self)
      for index in 0..<count {
        // A type that does not hold the numbers was found for a file that has changed since.
        let value = abs(values[index]) < 0x1p63 ? Int(values[index]) : 0
        out[index] = Number(truncatingIfNeeded: value)
      }
    }
    switch type {
    case .float64:
      out.copyMemory(from: values, byteCount: count * MemoryLayout<Double>.size)
    case .uint8: integers(UInt8.self)
    case .int8: integers(Int8.self)
    case .uint16: integers(UInt16.self)
    case .int16: integers(Int16.self)
    case .uint32: integers(UInt32.self)
    case .int32: integers(Int32.self)
    case .int64: integers(Int64.self)
    default:
      let out = out.assumingMemoryBound(to: Float.self)
      for index in 0..<count { out[index] = Float(values[index]) }
    }
  }
}

/// Memory of blocks that were used and can be used again: fresh memory costs as much as what is done
/// to it.
final class EncodedRowsPool: Sendable {
  private let encoder: RowEncoder
  private let free = Pool<EncodedRows>()

  init(_ encoder: RowEncoder) { self.encoder = encoder }

  func take() -> EncodedRows {
    free.take() ?? EncodedRows(encoder)
  }

  func give(_ rows: EncodedRows) {
    rows.removeAll()
    free.give(rows)
  }
}
