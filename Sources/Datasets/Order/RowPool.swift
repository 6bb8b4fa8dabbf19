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

  /// The rows that were not drawn yet.
  var left: [Int32] { Array(rows[..<count]) }

  /// - Precondition: rows are left.
  mutating func draw(_ stream: inout RandomStream) -> Int32 {
    let index = stream.below(count)
    count -= 1
    let row = rows[index]
    rows[index] = rows[count]
    return row
  }
}

/// The numbers below `count` in an order that the stream decides, every order as likely.
package func randomPermutation(_ count: Int, _ stream: RandomStream) -> [Int32] {
  var stream = stream
  var pool = RowPool(0..<Int32(count))
  return (0..<count).map { _ in pool.draw(&stream) }
}
