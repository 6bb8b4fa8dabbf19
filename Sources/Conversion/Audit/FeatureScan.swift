import HDF5
import Settings

/// What the features of arrays are like: each by itself in rows of a few, all as one where rows are
/// images or wide.
struct FeatureScan: NumberReader {
  /// Wider rows are described as a whole.
  static let mostColumns = 1024

  private let type: ElementType
  /// Whether each feature is a column of its own.
  let isByColumn: Bool
  /// So many values that follow one another are looked at side by side.
  private let lanes: Int
  private var first: [Double]
  private var sums: [Double]
  private var squares: [Double]
  private var least: [Double]
  private var greatest: [Double]
  /// How often the value of the first row came.
  private var equal: [Int]
  private var rows = 0

  init(type: ElementType, rowShape: [Int]) {
    self.type = type
    let width = rowShape.reduce(1, *)
    isByColumn = rowShape.count == 1 && width <= Self.mostColumns
    lanes = width <= Self.mostColumns ? width : Self.largestDivisor(of: width)
    first = []
    sums = Array(repeating: 0, count: lanes)
    squares = sums
    least = Array(repeating: .infinity, count: lanes)
    greatest = Array(repeating: -.infinity, count: lanes)
    equal = Array(repeating: 0, count: lanes)
  }

  private static func largestDivisor(of width: Int) -> Int {
    (1...mostColumns).last { width.isMultiple(of: $0) } ?? 1
  }

  /// Adds the features of rows.
  mutating func add(_ features: UnsafeRawBufferPointer) {
    read(features, as: type)
  }

  @inline(__always)
  mutating func read<Number>(
    _ values: UnsafeBufferPointer<Number>, _ double: (Number) -> Double
  ) {
    guard let start = values.baseAddress, !values.isEmpty else { return }
    if first.isEmpty { first = values.prefix(lanes).map(double) }
    let lanes = lanes
    let count = values.count / lanes
    first.withUnsafeBufferPointer { first in
      sums.withUnsafeMutableBufferPointer { sums in
        squares.withUnsafeMutableBufferPointer { squares in
          least.withUnsafeMutableBufferPointer { least in
            greatest.withUnsafeMutableBufferPointer { greatest in
              equal.withUnsafeMutableBufferPointer { equal in
                for row in 0..<count {
                  let row = start + row * lanes
                  for lane in 0..<lanes {
                    let value = double(row[lane])
                    let difference = value - first[lane]
                    sums[lane] += difference
                    squares[lane] += difference * difference
                    least[lane] = value < least[lane] ? value : least[lane]
                    greatest[lane] = value > greatest[lane] ? value : greatest[lane]
                    equal[lane] &+= difference == 0 ? 1 : 0
                  }
                }
              }
            }
          }
        }
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
        count: rows, pivot: first[lane], sum: sums[lane], squares: squares[lane])
      (scan.least, scan.greatest) = (least[lane], greatest[lane])
      scan.isInteger = !type.isFloat
      if isByColumn { (scan.common, scan.commonCount) = (first[lane], equal[lane]) }
      return scan
    }
    guard !isByColumn else { return scans }
    return [scans.dropFirst().reduce(into: scans[0]) { $0.add($1) }]
  }
}

/// The form in which it is kept for a conversion that is interrupted.
extension FeatureScan {
  var settings: SettingValue {
    [
      "rows": .integer(rows), "first": .bits(first), "sums": .bits(sums),
      "squares": .bits(squares), "least": .bits(least), "greatest": .bits(greatest),
      "equal": .array(equal.map { .integer($0) }),
    ]
  }

  /// Takes up what `settings` says.
  mutating func restore(_ settings: SettingValue) throws(ConversionError) {
    guard case .object(let members) = settings, case .integer(let rows) = members["rows"] else {
      throw WorkingFolder.damaged
    }
    let columns = ["first", "sums", "squares", "least", "greatest"].map {
      members[$0]?.doubles ?? []
    }
    let counts = members["equal"]?.integers ?? []
    guard columns.allSatisfy({ $0.count == lanes }), counts.count == lanes else {
      throw WorkingFolder.damaged
    }
    self.rows = rows
    (first, sums, squares) = (columns[0], columns[1], columns[2])
    (least, greatest, equal) = (columns[3], columns[4], counts)
  }
}
