import HDF5
import Kernels
import Settings

/// What the features of arrays are like: each by itself in rows of a few, all as one where rows are
/// images or wide.
struct FeatureScan: NumberReader {
  /// Wider rows are described as a whole.
  static let mostColumns = 1024

  private let type: ElementType
  /// Whether each feature is a column of its own.
  let isByColumn: Bool
  /// Whether they are bytes that are described as a whole.
  private let isOfBytes: Bool
  /// So many values that follow one another are looked at side by side.
  private let lanes: Int
  private var sums: ColumnSums
  /// Rows of `lanes` values.
  private var rows = 0

  /// Rows that the first-level cache holds as doubles have so many numbers.
  private static let tileNumbers = 4096

  init(type: ElementType, rowShape: [Int]) {
    self.type = type
    let width = rowShape.reduce(1, *)
    isByColumn = rowShape.count == 1 && width <= Self.mostColumns
    isOfBytes = type == .uint8 && !isByColumn
    lanes =
      isOfBytes ? 1 : width <= Self.mostColumns ? width : Self.largestDivisor(of: width)
    sums = ColumnSums(columns: lanes)
    for lane in 0..<lanes {
      sums[.least, lane] = .infinity
      sums[.greatest, lane] = -.infinity
    }
  }

  private static func largestDivisor(of width: Int) -> Int {
    (1...mostColumns).last { width.isMultiple(of: $0) } ?? 1
  }

  /// Adds the features of rows.
  mutating func add(_ features: UnsafeRawBufferPointer) {
    if isOfBytes { addBytes(features) } else { read(features, as: type) }
  }

  /// Whole numbers add up to the same in any order, up to 2⁵³: the squares of 138 GB of bytes.
  private mutating func addBytes(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    if rows == 0 { sums[.pivot, 0] = Double(first) }
    let found = ByteSums(of: bytes)
    let (pivot, count, sum) = (sums[.pivot, 0], Double(bytes.count), Double(found.sum))
    sums[.sum, 0] += sum - count * pivot
    sums[.squares, 0] += Double(found.squares) - 2 * pivot * sum + count * pivot * pivot
    sums[.least, 0] = min(sums[.least, 0], Double(found.least))
    sums[.greatest, 0] = max(sums[.greatest, 0], Double(found.greatest))
    rows += bytes.count
  }

  @inline(__always)
  mutating func read<Number>(
    _ values: UnsafeBufferPointer<Number>, _ double: (Number) -> Double
  ) {
    guard let start = values.baseAddress, !values.isEmpty else { return }
    if rows == 0 {
      for lane in 0..<lanes {
        let value = double(start[lane])
        (sums[.pivot, lane], sums[.common, lane]) = (value, value)
      }
    }
    let (lanes, width, count) = (lanes, sums.width, values.count / lanes)
    let tileRows = max(1, Self.tileNumbers / width)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: tileRows * width) { tile in
      tile.initialize(repeating: 0)
      for first in stride(from: 0, to: count, by: tileRows) {
        let some = min(tileRows, count - first)
        for row in 0..<some {
          let source = start + (first + row) * lanes
          let target = tile.baseAddress! + row * width
          for lane in 0..<lanes { target[lane] = double(source[lane]) }
        }
        sums.add(tile.baseAddress!, count: some)
      }
    }
    rows += count
  }

  /// What was found of each feature, or of all as one.
  var columns: [ColumnScan] {
    guard rows > 0 else { return [] }
    let scans = (0..<lanes).map { lane in
      var scan = ColumnScan(ColumnScan.Wishes())
      scan.numbers = Moments(
        count: rows, pivot: sums[.pivot, lane], sum: sums[.sum, lane],
        squares: sums[.squares, lane])
      (scan.least, scan.greatest) = (sums[.least, lane], sums[.greatest, lane])
      scan.isInteger = !type.isFloat
      if isByColumn {
        (scan.common, scan.commonCount) = (sums[.common, lane], Int(sums[.commonCount, lane]))
      }
      return scan
    }
    guard !isByColumn else { return scans }
    return [scans.dropFirst().reduce(into: scans[0]) { $0.add($1) }]
  }
}

/// The form in which it is kept for a conversion that is interrupted.
extension FeatureScan {
  var settings: SettingValue {
    var members = ["rows": SettingValue.integer(rows)]
    for quantity in ColumnSums.Quantity.allCases {
      members["\(quantity)"] = .bits((0..<lanes).map { sums[quantity, $0] })
    }
    return .object(members)
  }

  /// Takes up what `settings` says.
  mutating func restore(_ settings: SettingValue) throws(ConversionError) {
    guard case .object(let members) = settings, case .integer(let rows) = members["rows"] else {
      throw WorkingFolder.damaged
    }
    for quantity in ColumnSums.Quantity.allCases {
      guard let values = members["\(quantity)"]?.doubles, values.count == lanes else {
        throw WorkingFolder.damaged
      }
      for lane in 0..<lanes { sums[quantity, lane] = values[lane] }
    }
    self.rows = rows
  }
}
