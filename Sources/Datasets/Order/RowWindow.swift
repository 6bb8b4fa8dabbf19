import Kernels

/// The window of a windowed shuffle: a fixed number of slots, each holding the rows of one block
/// that are still to be drawn.
struct RowWindow: Sendable {
  private let rows: Int
  private let blockRows: Int
  /// The order in which blocks are let in.
  let blocks: [Int32]
  private var admitted = 0
  /// Slot s has room for a block at s·blockRows, and remaining[s] rows there.
  private var slots: [Int32]
  private var remaining: [Int]

  /// - Precondition: there are more blocks than the window has slots.
  init(rows: Int, geometry: ShuffleGeometry, permutation: RandomStream) {
    self.rows = rows
    blockRows = geometry.blockRows
    let count = (rows + blockRows - 1) / blockRows
    precondition(count > geometry.windowBlocks, "a window that holds all blocks is a pool")
    blocks = randomPermutation(count, permutation)
    slots = Array(repeating: 0, count: blockRows * geometry.windowBlocks)
    remaining = Array(repeating: 0, count: geometry.windowBlocks)
    for slot in remaining.indices { admitBlock(into: slot) }
  }

  /// Whether every block has been let in.
  var isComplete: Bool { admitted == blocks.count }

  /// What is left in the window.
  var rest: RowPool {
    RowPool(
      remaining.indices.flatMap { slot in
        slots[slot * blockRows..<slot * blockRows + remaining[slot]]
      })
  }

  /// - Precondition: `isComplete` is false.
  mutating func draw(_ stream: inout RandomStream) -> Int32 {
    let slot = stream.below(remaining.count)
    let index = slot * blockRows + stream.below(remaining[slot])
    remaining[slot] -= 1
    let last = slot * blockRows + remaining[slot]
    let row = slots[index]
    slots[index] = slots[last]
    if remaining[slot] == 0 { admitBlock(into: slot) }
    return row
  }

  private mutating func admitBlock(into slot: Int) {
    let first = Int(blocks[admitted]) * blockRows
    admitted += 1
    remaining[slot] = min(blockRows, rows - first)
    for index in 0..<remaining[slot] { slots[slot * blockRows + index] = Int32(first + index) }
  }
}
