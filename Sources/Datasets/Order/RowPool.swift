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
    take(at: stream.below(count))
  }

  /// Draws several rows, at most `Draws.most`.
  @inline(__always)
  mutating func draw(_ wanted: Int, _ stream: inout RandomStream, _ use: (Int32) -> Void) {
    let count = count
    let places = Draws(wanted) { stream.below(count - $0) }
    for draw in 0..<wanted { use(take(at: places[draw])) }
  }

  private mutating func take(at index: Int) -> Int32 {
    count -= 1
    let row = rows[index]
    rows[index] = rows[count]
    return row
  }
}

/// The places of the next rows to be drawn. They are all known before the first row is looked up, so
/// that the processor need not wait for one row to come from memory before it fetches the next.
struct Draws {
  static let most = 32  // as `places`
  private var places = InlineArray<32, Int32>(repeating: 0)

  @inline(__always)
  init(_ count: Int, _ place: (Int) -> Int) {
    for draw in 0..<count { places[draw] = Int32(place(draw)) }
  }

  subscript(draw: Int) -> Int { Int(places[draw]) }
}

/// The numbers below `count` in an order that the stream decides, every order as likely: that in which
/// a `RowPool` of them hands them out, in memory for the result alone.
package func randomPermutation(_ count: Int, _ stream: RandomStream) -> [Int32] {
  var stream = stream
  var rows = Array(0..<Int32(count))
  // The places behind those that are left hold what was drawn, the first at the end.
  for left in stride(from: count, to: 0, by: -1) { rows.swapAt(stream.below(left), left - 1) }
  rows.reverse()
  return rows
}
