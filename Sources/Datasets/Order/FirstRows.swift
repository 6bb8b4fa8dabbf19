/// The rows that the first draws of an order can be, each with a place among them: in little more memory
/// than for as many rows as are drawn, however many there are.
struct FirstRows: Sendable {
  /// How many there are, at most.
  let count: Int
  private let blockRows: Int
  /// The place of each block's first row; −1 for blocks of which none is drawn yet.
  private var starts: [Int32]

  /// - Parameters:
  ///   - order: of which nothing was drawn.
  ///   - draws: how many of its rows are drawn first.
  init(of order: EpochOrder, _ geometry: ShuffleGeometry, draws: Int) {
    let isWindow = geometry.mode == .window
    blockRows = isWindow ? min(geometry.blockRows, max(1, order.rows)) : 4096
    let blocks = (order.rows + blockRows - 1) / blockRows
    // A row that is drawn lets one in; the last block of all may have fewer.
    let entering = (draws + blockRows - 1) / blockRows + 1
    let window = isWindow ? min(blocks, geometry.windowBlocks) : 0
    let first = geometry.mode == .full ? blocks : min(blocks, window + entering)
    starts = Array(repeating: -1, count: blocks)
    for (place, block) in order.admissions(blocks: blocks).prefix(first).enumerated() {
      starts[Int(block)] = Int32(place * blockRows)
    }
    count = first * blockRows
  }

  /// - Returns: nil for a row that is none of them.
  func place(of row: Int) -> Int? {
    let (block, row) = row.quotientAndRemainder(dividingBy: blockRows)
    return starts[block] < 0 ? nil : Int(starts[block]) + row
  }
}
