import Datasets
import Testing

@Suite struct ShuffleGeometryTests {
  @Test func `data of up to 1 GiB is shuffled in full`() {
    #expect(
      ShuffleGeometry.defaults(rows: 60_000, rowBytes: 784, chunkRows: 167, batch: 128) == .full)
    #expect(
      ShuffleGeometry.defaults(rows: 1 << 20, rowBytes: 1 << 10, chunkRows: nil, batch: 1) == .full)
    #expect(
      ShuffleGeometry.defaults(rows: 1 << 20 + 1, rowBytes: 1 << 10, chunkRows: nil, batch: 1).mode
        == .window)
  }

  @Test(
    arguments: [
      // A contiguous file: blocks of 128 KiB.
      (1024, nil, 32, 128, 32), (1024, nil, 256, 128, 128),
      // Chunks of about that size, smaller ones (several to a block) and larger ones.
      (1024, 200, 128, 200, 64), (1024, 10, 128, 120, 64), (1024, 1024, 128, 1024, 64),
      // At most 256 MiB, but at least 16 blocks.
      (1024, 8192, 128, 8192, 32), (1024, 1 << 20, 128, 1 << 20, 16),
      // A row larger than a block.
      (1 << 20, nil, 128, 1, 64),
    ] as [(Int, Int?, Int, Int, Int)])
  func `larger data goes through a window`(
    rowBytes: Int, chunkRows: Int?, batch: Int, blockRows: Int, windowBlocks: Int
  ) {
    #expect(
      ShuffleGeometry.defaults(
        rows: 1 << 40, rowBytes: rowBytes, chunkRows: chunkRows, batch: batch)
        == .window(blockRows: blockRows, windowBlocks: windowBlocks))
  }

  @Test func `sizes that overflow are handled`() {
    #expect(
      ShuffleGeometry.defaults(rows: .max, rowBytes: .max, chunkRows: .max, batch: .max)
        == .window(blockRows: .max, windowBlocks: 16))
  }
}
