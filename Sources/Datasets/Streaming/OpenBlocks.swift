/// The blocks of a pass that are in memory, with the slots of their rows that were not drawn yet.
///
/// Every row of every batch is looked up here, in plain arrays: so the processor looks up the next rows
/// while it waits for one.
struct OpenBlocks: ~Copyable {
  private let blockRows: Int32
  private let placesRows: Bool
  /// Of each block that is in memory: the slots of its rows, −1 for those that were drawn or are not
  /// wanted, or the slot of the whole block. Nil for the others.
  private var slots: [UnsafeMutableBufferPointer<Int32>?]
  /// Rows of each block that this pass has not drawn yet.
  private var remaining: [Int32]

  /// - Parameters:
  ///   - rows: of each block.
  ///   - placesRows: whether each row has a slot of its own.
  init(rows: [Int32], blockRows: Int, placesRows: Bool) {
    self.blockRows = Int32(blockRows)
    self.placesRows = placesRows
    slots = Array(repeating: nil, count: rows.count)
    remaining = rows
  }

  deinit { for slots in slots { slots?.deallocate() } }

  func contains(_ block: Int) -> Bool { slots[block] != nil }

  /// Rows of the block that this pass has not drawn yet.
  func remaining(_ block: Int) -> Int { Int(remaining[block]) }

  /// Counts a row as drawn for which its block is never read.
  mutating func skip(_ row: Int32) { remaining[Int(row / blockRows)] -= 1 }

  /// Takes in a block.
  /// - Parameter slots: of each of its rows, −1 for those that were skipped, or of the whole block.
  mutating func open(_ block: Int, _ slots: [Int32]) {
    let own = UnsafeMutableBufferPointer<Int32>.allocate(capacity: slots.count)
    _ = own.initialize(from: slots)
    self.slots[block] = own
  }

  /// Replaces rows, from `next` on, by their places in memory, until one is not there.
  ///
  /// - Parameter leaving: takes the slots of which no row is left to draw.
  /// - Returns: the block that is not there; nil where all are.
  mutating func draw(
    _ rows: UnsafeMutableBufferPointer<Int32>, from next: inout Int, leaving: inout [Int32]
  ) -> Int? {
    while next < rows.count {
      let (number, row) = rows[next].quotientAndRemainder(dividingBy: blockRows)
      let block = Int(number)
      guard let own = slots[block] else { return block }
      remaining[block] -= 1
      let isLast = remaining[block] == 0
      if placesRows {
        rows[next] = own[Int(row)]
        leaving.append(own[Int(row)])
        own[Int(row)] = -1
      } else {
        rows[next] = own[0] * blockRows + row
        if isLast { leaving.append(own[0]) }
      }
      if isLast {
        slots[block] = nil
        own.deallocate()
      }
      next += 1
    }
    return nil
  }

  /// Hands out the slots of all rows that were not drawn, and forgets them.
  mutating func close() -> [Int32] {
    var held: [Int32] = []
    for block in slots.indices {
      guard let own = slots[block] else { continue }
      held += own.lazy.filter { $0 >= 0 }
      own.deallocate()
      slots[block] = nil
    }
    return held
  }
}
