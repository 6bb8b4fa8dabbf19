import HDF5

/// Counts, as rows are written, the values of columns that stand far off from the others.
struct OutlierCount: NumberReader {
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
    read(features, as: type)
  }

  @inline(__always)
  mutating func read<Number>(
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
