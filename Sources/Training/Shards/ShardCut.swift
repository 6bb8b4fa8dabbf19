/// How a mini-batch is cut: shard `i` of S takes rows ⌊ib/S⌋ ..< ⌊(i+1)b/S⌋ of a batch of b rows.
///
/// The cut depends on the batch and S alone, never on the number of workers: every shard is
/// computed with the same shapes wherever it runs, so its bits are the same too.
struct ShardCut {
  let shards: Int

  /// The rows of the batch that belong to `shard`; empty when the batch has fewer rows than shards.
  func rows(of shard: Int, batch: Int) -> Range<Int> {
    shard * batch / shards..<(shard + 1) * batch / shards
  }

  /// The most rows that any shard of a batch of at most `batch` rows has.
  func maximumRows(batch: Int) -> Int {
    (batch + shards - 1) / shards
  }
}
