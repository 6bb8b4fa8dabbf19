import HDF5

/// Counts, as rows are written, the values of columns that stand far off from the others.
struct OutlierCount {
  /// A number so many standard deviations from the mean of its column is an outlier.
  static let deviations = 6.0

  /// A feature that is a column of numbers.
  struct Column {
    var name: String
    var feature: Int
    /// Where values are no outliers.
    var range: ClosedRange<Double>

    init?(name: String, feature: Int, _ scan: ColumnScan) {
      let (mean, width) = (
        scan.numbers.mean, OutlierCount.deviations * scan.numbers.variance.squareRoot()
      )
      guard scan.numbers.count > 0, width > 0, width.isFinite else { return nil }
      self.name = name
      self.feature = feature
      range = mean - width...mean + width
    }
  }

  private let columns: [Column]
  private let type: ElementType
  private let width: Int
  private var counts: [Int]

  init(_ columns: [Column], type: ElementType, width: Int) {
    self.columns = columns
    self.type = type
    self.width = width
    counts = Array(repeating: 0, count: columns.count)
  }

  /// Adds the features of rows.
  mutating func add(_ features: UnsafeRawBufferPointer) {
    switch type {
    case .int8: add(features.bindMemory(to: Int8.self)) { Double($0) }
    case .int16: add(features.bindMemory(to: Int16.self)) { Double($0) }
    case .int32: add(features.bindMemory(to: Int32.self)) { Double($0) }
    case .int64: add(features.bindMemory(to: Int64.self)) { Double($0) }
    case .uint8: add(features.bindMemory(to: UInt8.self)) { Double($0) }
    case .uint16: add(features.bindMemory(to: UInt16.self)) { Double($0) }
    case .uint32: add(features.bindMemory(to: UInt32.self)) { Double($0) }
    case .uint64: add(features.bindMemory(to: UInt64.self)) { Double($0) }
    case .float16: add(features.bindMemory(to: Float16.self)) { Double($0) }
    case .float32: add(features.bindMemory(to: Float.self)) { Double($0) }
    case .float64: add(features.bindMemory(to: Double.self)) { $0 }
    }
  }

  @inline(__always)
  private mutating func add<Number>(
    _ values: UnsafeBufferPointer<Number>, _ double: (Number) -> Double
  ) {
    guard let start = values.baseAddress else { return }
    let (width, rows) = (width, values.count / width)
    columns.withUnsafeBufferPointer { columns in
      counts.withUnsafeMutableBufferPointer { counts in
        for index in columns.indices {
          let (low, high) = (columns[index].range.lowerBound, columns[index].range.upperBound)
          var place = start + columns[index].feature
          var count = 0
          for _ in 0..<rows {
            let value = double(place.pointee)
            count &+= value < low || value > high ? 1 : 0
            place += width
          }
          counts[index] += count
        }
      }
    }
  }

  /// Outliers of each column.
  var result: [String: Int] {
    Dictionary(zip(columns.map(\.name), counts)) { first, _ in first }
  }
}
