import Testing

@testable import Training

@Suite struct ShardCutTests {
  @Test(arguments: [1, 2, 3, 7, 8, 64, 100])
  func `shards cover the batch without gaps, in order, and differ by at most one row`(shards: Int) {
    let cut = ShardCut(shards: shards)
    for batch in 0...130 {
      let ranges = (0..<shards).map { cut.rows(of: $0, batch: batch) }
      #expect(ranges.first?.lowerBound == 0)
      #expect(ranges.last?.upperBound == batch)
      for (left, right) in zip(ranges, ranges.dropFirst()) {
        #expect(left.upperBound == right.lowerBound)
      }
      let counts = ranges.map(\.count)
      #expect(counts.max()! - counts.min()! <= 1)
      #expect(counts.max()! <= cut.maximumRows(batch: batch))
    }
  }
}
