import Kernels

/// Rows of numbers, none of them missing, that wait to be added to the scans of their columns: many
/// at once take a fraction of the time, and give the same.
///
/// One thread at a time may use it.
final class PlainRows {
  private let width: Int
  private let capacity: Int
  private let rows: UnsafeMutablePointer<Double>
  private var count = 0
  private var sums: ColumnSums

  /// Rows of a block of columns stay in the first-level cache.
  private static let tileNumbers = 4096

  init(rowWidth: Int) {
    sums = ColumnSums(columns: rowWidth)
    width = sums.width
    capacity = max(2, Self.tileNumbers / width)
    rows = .allocate(capacity: capacity * width)
    rows.initialize(repeating: 0, count: capacity * width)
  }

  deinit { rows.deallocate() }

  /// Where the next row goes.
  var next: UnsafeMutablePointer<Double> { rows + count * width }

  /// Takes the row that is at `next`. The numbers at its first places are those of the scans.
  func append(to scans: inout [ColumnScan]) {
    count += 1
    if count == capacity { flush(to: &scans) }
  }

  /// Adds all rows to the scans.
  func flush(to scans: inout [ColumnScan]) {
    let count = count
    self.count = 0
    guard count > 0, !scans.isEmpty else { return }
    var first = 0
    // Others are compared with the first number of a column.
    if scans.contains(where: { $0.numbers.count == 0 }) {
      for place in scans.indices { scans[place].add(rows[place]) }
      first = 1
    }
    for place in scans.indices { scans[place].load(into: &sums, column: place) }
    sums.add(rows + first * width, count: count - first)
    for place in scans.indices {
      scans[place].take(
        sums, column: place, rows + first * width + place, count: count - first)
    }
  }
}
