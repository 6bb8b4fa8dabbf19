import Testing

@testable import Datasets

/// All of an order, drawn in batches of `batch`.
func order(
  rows: Int, _ geometry: ShuffleGeometry, seed: UInt64 = 0, epoch: Int = 0, batch: Int = 7
) -> [Int32] {
  var order = EpochOrder(rows: rows, geometry: geometry, seed: seed, epoch: epoch)
  var result: [Int32] = []
  let buffer = UnsafeMutableBufferPointer<Int32>.allocate(capacity: batch)
  defer { buffer.deallocate() }
  while true {
    let count = order.next(batch, into: buffer)
    result += buffer.prefix(count)
    if count < batch { return result }
  }
}

@Suite struct EpochOrderTests {
  static let geometries: [ShuffleGeometry] =
    [.none, .full]
    + [1, 2, 3, 10, 64].flatMap { blockRows in
      [1, 2, 5, 16].map { .window(blockRows: blockRows, windowBlocks: $0) }
    }

  @Test(arguments: geometries)
  func `every row comes exactly once`(geometry: ShuffleGeometry) {
    for rows in [0, 1, 2, 7, 63, 64, 65, 100, 1000] {
      for batch in [1, 7, 64, 2000] {
        let drawn = order(rows: rows, geometry, seed: 3, epoch: 1, batch: batch)
        #expect(drawn.sorted() == Array(0..<Int32(rows)), "\(rows) rows in batches of \(batch)")
      }
    }
  }

  @Test(arguments: geometries)
  func `the batch size does not change the order`(geometry: ShuffleGeometry) {
    let whole = order(rows: 500, geometry, batch: 1000)
    for batch in [1, 3, 128] { #expect(order(rows: 500, geometry, batch: batch) == whole) }
  }

  @Test(arguments: geometries)
  func `skipping rows leads to the same rest`(geometry: ShuffleGeometry) {
    let whole = order(rows: 300, geometry, batch: 1000)
    for skipped in [0, 1, 150, 299, 300, 400] {
      var rest = EpochOrder(rows: 300, geometry: geometry, seed: 0, epoch: 0)
      rest.skip(skipped)
      #expect(rest.position == min(skipped, 300))
      let drawn = withUnsafeTemporaryAllocation(of: Int32.self, capacity: 300) { buffer in
        Array(buffer.prefix(rest.next(300, into: buffer)))
      }
      #expect(drawn == Array(whole.dropFirst(skipped)))
    }
  }

  @Test func `the seed and the epoch change the order`() {
    for geometry in [ShuffleGeometry.full, .window(blockRows: 8, windowBlocks: 4)] {
      let orders = [(0, 0), (0, 1), (1, 0), (1, 1)].map { seed, epoch in
        order(rows: 200, geometry, seed: UInt64(seed), epoch: epoch)
      }
      #expect(Set(orders).count == 4)
      #expect(orders[0] == order(rows: 200, geometry))
    }
  }

  @Test func `without a shuffle the order is the file's`() {
    #expect(order(rows: 20, .none, seed: 9, epoch: 4) == Array(0..<20))
  }

  @Test func `a window that holds all blocks is a full shuffle`() {
    let full = order(rows: 100, .full, seed: 5)
    #expect(order(rows: 100, .window(blockRows: 10, windowBlocks: 10), seed: 5) == full)
    #expect(order(rows: 100, .window(blockRows: 1 << 40, windowBlocks: 1 << 40), seed: 5) == full)
  }

  // The pins are the output of Fixtures/orders.py. A change here changes every run.
  @Test func `orders stay what they are`() {
    #expect(
      order(rows: 12, .full) == [4, 7, 11, 5, 1, 6, 10, 9, 2, 8, 0, 3])
    #expect(
      order(rows: 12, .full, seed: 0x1234_5678_9ABC_DEF0, epoch: 3) == [
        9, 2, 5, 10, 4, 11, 6, 3, 1, 8, 0, 7,
      ])
    #expect(
      order(rows: 20, .window(blockRows: 3, windowBlocks: 2), seed: 7, epoch: 1) == [
        2, 0, 10, 11, 18, 19, 15, 9, 16, 12, 13, 6, 8, 3, 17, 5, 7, 14, 1, 4,
      ])
    #expect(
      order(rows: 16, .window(blockRows: 1, windowBlocks: 4), seed: 7) == [
        2, 0, 15, 14, 5, 4, 9, 7, 12, 1, 6, 13, 10, 11, 8, 3,
      ])
  }

  @Test func `a full shuffle puts each row everywhere alike`() {
    // 24 orders of 4 rows, 4800 epochs: χ² with 23 degrees of freedom stays below 49.7 (p = 0.001).
    var counts: [[Int32]: Double] = [:]
    for epoch in 0..<4800 {
      counts[order(rows: 4, .full, seed: 1, epoch: epoch), default: 0] += 1
    }
    #expect(counts.count == 24)
    let chiSquared = counts.values.reduce(0) { $0 + ($1 - 200) * ($1 - 200) / 200 }
    #expect(chiSquared < 49.7)
  }

  /// How much more a batch's label mix varies than after a full shuffle, on 10 sorted classes:
  /// the mean of (share − 1/10)² over batches and classes, over what chance gives.
  static func excessVariance(
    _ geometry: ShuffleGeometry, rows: Int, batch: Int, epochs: Int
  ) -> Double {
    var sum = 0.0
    var terms = 0.0
    for epoch in 0..<epochs {
      let drawn = order(rows: rows, geometry, seed: 2, epoch: epoch, batch: batch)
      for start in stride(from: 0, through: rows - batch, by: batch) {
        var counts = [Double](repeating: 0, count: 10)
        for row in drawn[start..<start + batch] { counts[Int(row) * 10 / rows] += 1 }
        for count in counts {
          let share = count / Double(batch)
          sum += (share - 0.1) * (share - 0.1)
          terms += 1
        }
      }
    }
    return sum / terms / (0.1 * 0.9 / Double(batch))
  }

  @Test func `sorted labels mix as well as the number of blocks in the window allows`() {
    let batch = 64
    let full = Self.excessVariance(.full, rows: 20_000, batch: batch, epochs: 3)
    #expect(abs(full - 1) < 0.1)
    #expect(Self.excessVariance(.none, rows: 20_000, batch: batch, epochs: 1) > 50)
    for windowBlocks in [8, 16, 64] {
      let geometry = ShuffleGeometry.window(blockRows: 64, windowBlocks: windowBlocks)
      let excess = Self.excessVariance(geometry, rows: 20_000, batch: batch, epochs: 3)
      // Rows come from twice as many blocks of one label each: 1 + (batch − 1) / blocks. At first, and
      // at the end, the window has only its own.
      let expected = 1 + Double(batch - 1) / Double(2 * windowBlocks)
      #expect(excess < expected * 1.25, "\(windowBlocks) blocks: \(excess), not \(expected)")
    }
  }
}
