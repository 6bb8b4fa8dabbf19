import TestSupport
import Testing

@testable import Conversion

@Suite struct ShuffledRowsTests {
  let folder = TemporaryDirectory()

  /// The rows' numbers and first features in the order in which they are handed out.
  func shuffled(_ order: [Int32], memory: Int) throws -> [[Int]] {
    let rows = try ShuffledRows(
      order: order, featureBytes: 4, targetBytes: 1, memory: memory, output: folder.file("out"))
    // Bands of 7 rows of which every other one is taken, as where rows go to several splits.
    for start in stride(from: 0, to: order.count, by: 7) {
      let count = min(7, order.count - start)
      let features = (0..<2 * count).map { Int32(start + $0 / 2) }
      let targets = (0..<2 * count).map { UInt8(truncatingIfNeeded: start + $0 / 2) }
      try features.withUnsafeBufferPointer { features in
        try targets.withUnsafeBufferPointer { targets in
          let band = OutputBand(
            rows: 2 * count, features: UnsafeRawBufferPointer(features),
            targets: UnsafeRawBufferPointer(targets),
            numbers: (0..<2 * count).map { 1000 + start + $0 / 2 })
          try rows.append(Array(stride(from: 0, to: 2 * count, by: 2)), of: band)
        }
      }
    }
    var found: [[Int]] = []
    try rows.forEachBand(rows: 11) { band in
      for row in 0..<band.rows {
        let feature = band.features.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)
        found.append([band.numbers[row], Int(feature), Int(band.targets[row])])
      }
    }
    return found
  }

  @Test(arguments: [1, 50, 400, 2000, 1 << 20])
  func `rows come in the same order from any memory`(memory: Int) throws {
    var generator = SeededGenerator(seed: 5)
    let order = (0..<Int32(200)).shuffled(using: &generator)
    let expected = order.map { [1000 + Int($0), Int($0), Int($0)] }
    #expect(try shuffled(order, memory: memory) == expected)
    #expect(try folder.names() == [])
  }
}
