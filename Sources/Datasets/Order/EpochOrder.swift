import Kernels

/// The order in which an epoch uses the rows: each exactly once, as a function of the seed, the
/// epoch, the number of rows and the shuffle's geometry. It is computed on row numbers alone,
/// before a byte is read, and a bit at a time.
///
/// `full` is the Fisher–Yates shuffle. `window` permutes the blocks and puts the rows of the first
/// `windowBlocks` into a window. Each draw picks one of the window's rows, all equally likely, and the
/// next row of the blocks takes its place: a reservoir. Rows stay in it for differing times, so that
/// those of a batch come from about twice as many blocks as the window has room for. When no row is
/// left to let in, the remaining ones are shuffled as one.
///
/// Memory: 4 bytes for each row of the window (of the data, for `full`) and each block.
package struct EpochOrder: Sendable {
  package let rows: Int
  /// How many rows were drawn or skipped.
  package private(set) var position = 0
  /// Where rows are drawn from once the window lets nothing more in: all rows, for `full`.
  private var pool = RowPool(0..<0)
  /// Nil in the other modes, and when all blocks have been let in.
  private var window: RowWindow?
  private let isInOrder: Bool
  private var draws: RandomStream

  /// - Parameter epoch: counted from 0.
  /// - Complexity: O(`rows`) for a full shuffle, else O(blocks + rows of the window).
  package init(rows: Int, geometry: ShuffleGeometry, seed: UInt64, epoch: Int) {
    precondition(rows >= 0 && rows <= Int(Int32.max), "rows are numbered with 32 bits")
    precondition(epoch >= 0 && epoch <= Int(UInt32.max), "epochs are numbered with 32 bits")
    self.rows = rows
    draws = RandomStream(seed: seed, purpose: .shuffling, index: 0, a: UInt32(epoch))
    isInOrder = geometry.mode == .none
    switch geometry.mode {
    case .none:
      break
    case .full:
      pool = RowPool(0..<Int32(rows))
    case .window where rows <= geometry.blockRows.multipliedOrMax(by: geometry.windowBlocks):
      pool = RowPool(0..<Int32(rows))
    case .window:
      let permutation = RandomStream(
        seed: seed, purpose: .shuffling, index: 1, a: UInt32(epoch))
      window = RowWindow(rows: rows, geometry: geometry, permutation: permutation)
    }
  }

  /// The blocks in the order in which the rows of each may first be drawn. To be asked before the
  /// first draw.
  func admissions(blocks: Int) -> [Int32] {
    window?.blocks ?? Array(0..<Int32(blocks))
  }

  /// Writes the next rows of the order, up to `count` of them.
  /// - Returns: how many were written: fewer than `count` at the end of the epoch.
  package mutating func next(
    _ count: Int, into indices: UnsafeMutableBufferPointer<Int32>
  ) -> Int {
    let count = min(count, rows - position)
    precondition(count <= indices.count, "the indices do not fit the buffer")
    advance(count) { indices[$0] = $1 }
    return count
  }

  /// Passes over the next `count` rows, as a resume does that starts within an epoch.
  /// - Complexity: O(`count`): the draws are made all the same.
  package mutating func skip(_ count: Int) {
    precondition(count >= 0, "an order only goes forward")
    advance(min(count, rows - position)) { _, _ in }
  }

  /// The rows that are still to be drawn of blocks that have been let in, if only in part.
  var left: [Int32] { window.map { $0.held + $0.entering } ?? pool.left }

  @inline(__always)
  private mutating func advance(_ count: Int, _ use: (Int, Int32) -> Void) {
    var index = 0
    if isInOrder {
      while index < count {
        use(index, Int32(position + index))
        index += 1
      }
    }
    while index < count, window != nil {
      window!.draw(count - index, &draws) {
        use(index, $0)
        index += 1
      }
      if window!.isComplete {
        pool = RowPool(window!.held)
        window = nil
      }
    }
    while index < count {
      pool.draw(min(count - index, Draws.most), &draws) {
        use(index, $0)
        index += 1
      }
    }
    position += count
  }
}

extension Int {
  func multipliedOrMax(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
