import Kernels

/// Rows that are drawn without replacement, all equally likely: Fisher and Yates's shuffle, one
/// step a draw.
struct RowPool: Sendable {
  private var rows: [Int32]
  private var count: Int

  init(_ rows: some Sequence<Int32>) {
    self.rows = Array(rows)
    count = self.rows.count
  }

  /// - Precondition: rows are left.
  mutating func draw(_ stream: inout RandomStream) -> Int32 {
    let index = stream.below(count)
    count -= 1
    let row = rows[index]
    rows[index] = rows[count]
    return row
  }
}
