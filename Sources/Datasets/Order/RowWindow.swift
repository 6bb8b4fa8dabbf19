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

  /// Draws up to `wanted` rows, as many as the block that is being let in has, at most `Draws.most`.
  /// - Precondition: `isComplete` is false.
  @inline(__always)
  mutating func draw(_ wanted: Int, _ stream: inout RandomStream, _ use: (Int32) -> Void) {
    let count = min(wanted, entering.count, Draws.most)
    let places = Draws(count) { _ in stream.below(held.count) }
    for draw in 0..<count {
      use(held[places[draw]])
      held[places[draw]] = entering.lowerBound + Int32(draw)
    }
    entering.removeFirst(count)
    if entering.isEmpty, admitted < blocks.count { admitBlock() }
  }

  private mutating func admitBlock() {
    let first = Int(blocks[admitted]) * blockRows
    admitted += 1
    entering = Int32(first)..<Int32(min(first + blockRows, rows))
  }
}
