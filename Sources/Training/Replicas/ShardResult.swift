/// What a shard adds to its batch's loss and metrics: plain sums, merged over a fixed tree.
struct ShardResult: Sendable, Equatable {
  /// Σ of weighted per-sample losses.
  var loss = 0.0
  /// Σ of the samples' weights.
  var weight = 0.0
  /// Rows whose class was predicted rightly.
  var correct = 0
  var rows = 0

  static func + (left: ShardResult, right: ShardResult) -> ShardResult {
    ShardResult(
      loss: left.loss + right.loss, weight: left.weight + right.weight,
      correct: left.correct + right.correct, rows: left.rows + right.rows)
  }

  /// The weighted mean loss; 0 of nothing.
  var meanLoss: Double { weight > 0 ? loss / weight : 0 }

  /// The share of rows classified rightly; 0 of nothing.
  var accuracy: Double { rows > 0 ? Double(correct) / Double(rows) : 0 }

  static func += (left: inout ShardResult, right: ShardResult) { left = left + right }
}
