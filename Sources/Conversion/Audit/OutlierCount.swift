import Datasets
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
  /// Features from the first column to the last one: where values are no outliers, and how many are.
  private let features: Range<Int>
  private var low: [Double]
  private var high: [Double]
  private var counts: [Int]

  init(_ columns: [Column], type: ElementType, width: Int) {
    self.columns = columns
    self.type = type
    self.width = width
    let first = columns.map(\.feature).min() ?? 0
    features = first..<(columns.map { $0.feature + 1 }.max() ?? first)
    low = Array(repeating: -.infinity, count: features.count)
    high = Array(repeating: .infinity, count: features.count)
    counts = Array(repeating: 0, count: features.count)
    for column in columns {
      low[column.feature - first] = column.range.lowerBound
      high[column.feature - first] = column.range.upperBound
    }
  }

  /// Adds the features of rows, on all cores.
  mutating func add(_ features: UnsafeRawBufferPointer) {
    let rowBytes = width * type.byteCount
    let parts = RowParts(features.count / rowBytes, rowBytes: rowBytes)
    nonisolated(unsafe) let features = features
    let found = concurrentResults(parts.count) { [self] part in
      let bytes = parts[part].lowerBound * rowBytes..<parts[part].upperBound * rowBytes
      var count = PartCount(low: low, high: high, width: width, first: self.features.lowerBound)
      count.read(UnsafeRawBufferPointer(rebasing: features[bytes]), as: type)
      return count.counts
    }
    for more in found {
      for index in counts.indices { counts[index] += more[index] }
    }
  }

  /// Outliers of each column.
  var result: [String: Int] {
    Dictionary(columns.map { ($0.name, counts[$0.feature - features.lowerBound]) }) { first, _ in
      first
    }
  }
}

/// Counts in some rows.
private struct PartCount: NumberReader {
  private let low: [Double]
  private let high: [Double]
  private let width: Int
  /// The feature that `low` begins with.
  private let first: Int
  private(set) var counts: [Int]

  init(low: [Double], high: [Double], width: Int, first: Int) {
    (self.low, self.high, self.width, self.first) = (low, high, width, first)
    counts = Array(repeating: 0, count: low.count)
  }

  @inline(__always)
  mutating func read<Number>(
    _ values: UnsafeBufferPointer<Number>, _ double: (Number) -> Double
  ) {
    guard let start = values.baseAddress else { return }
    let (rows, count) = (values.count / width, low.count)
    var place = start + first
    low.withUnsafeBufferPointer { low in
      high.withUnsafeBufferPointer { high in
        counts.withUnsafeMutableBufferPointer { counts in
          guard let low = low.baseAddress, let high = high.baseAddress,
            let counts = counts.baseAddress
          else { return }
          for _ in 0..<rows {
            for index in 0..<count {
              let value = double(place[index])
              counts[index] &+= (value < low[index] ? 1 : 0) | (value > high[index] ? 1 : 0)
            }
            place += width
          }
        }
      }
    }
  }
}
