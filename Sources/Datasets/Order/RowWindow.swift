import Kernels

/// The window of a windowed shuffle: rows that wait to be drawn, all equally likely. The place of a
/// drawn row is taken by the next row of the blocks, which come in random order.
struct RowWindow: Sendable {
  private let rows: Int
  private let blockRows: Int
  /// The order in which blocks are let in.
  let blocks: [Int32]
  private var admitted = 0
  /// What is still outside of the block that is being let in.
  private(set) var entering: Range<Int32> = 0..<0
  /// The rows in the window.
  private(set) var held: [Int32] = []

  /// - Precondition: the window does not hold all blocks.
  init(rows: Int, geometry: ShuffleGeometry, permutation: RandomStream) {
    self.rows = rows
    blockRows = geometry.blockRows
    let count = (rows + blockRows - 1) / blockRows
    precondition(count > geometry.windowBlocks, "a window that holds all blocks is a pool")
    blocks = randomPermutation(count, permutation)
    held.reserveCapacity(geometry.windowBlocks * blockRows)
    for _ in 0..<geometry.windowBlocks {
      admitBlock()
      held += entering
    }
    admitBlock()
  }

  /// Whether every row has been let in.
  var isComplete: Bool { entering.isEmpty }

  /// - Precondition: `isComplete` is false.
  mutating func draw(_ stream: inout RandomStream) -> Int32 {
    let index = stream.below(held.count)
    let row = held[index]
    held[index] = entering.lowerBound
    entering.removeFirst()
    if entering.isEmpty, admitted < blocks.count { admitBlock() }
    return row
  }

  private mutating func admitBlock() {
    let first = Int(blocks[admitted]) * blockRows
    admitted += 1
    entering = Int32(first)..<Int32(min(first + blockRows, rows))
  }
}
