import Kernels

/// The sums that a split's metrics are made of: one per replica, merged over the fixed tree.
///
/// All are Double or integer sums in a fixed order, so metrics have the same bits whatever the
/// number of workers.
struct MetricSums {
  private(set) var shard = ShardResult()
  /// `confusion[actual * classes + predicted]`, for classifiers; empty for very many classes.
  private var confusion: [Int]
  /// Rows whose class is among the k outputs that score highest, one count per k asked for.
  private var topHits: [Int]
  /// Per output: Σ|error|, Σ error², Σ target, Σ target², for regression.
  private var errors: [OutputSums]

  private let classes: Int
  private let topK: [Int]

  struct OutputSums {
    var absolute = 0.0
    var squared = 0.0
    var target = 0.0
    var targetSquared = 0.0
  }

  /// - Parameters:
  ///   - classes: the number of classes of a classifier, 0 for regression.
  ///   - outputs: the number of values to predict, for regression.
  ///   - replicas: how many of these there are: without room for as many confusion matrices none
  ///     is kept.
  init(classes: Int, outputs: Int, topK: [Int], replicas: Int = 1) {
    self.classes = classes
    self.topK = topK
    let cells = classes * classes
    let hasRoom = cells * replicas * MemoryLayout<Int>.stride <= Self.confusionBytes
    confusion = Array(repeating: 0, count: hasRoom ? cells : 0)
    topHits = Array(repeating: 0, count: classes > 0 ? topK.count : 0)
    errors = Array(repeating: OutputSums(), count: classes > 0 ? 0 : outputs)
  }

  private static let confusionBytes = 256 << 20

  mutating func add(loss: Double, weight: Double, rows: Int) {
    shard += ShardResult(loss: loss, weight: weight, correct: 0, rows: rows)
  }

  /// Counts one classified sample.
  mutating func add(scores: FloatView, predicted: Int, actual: Int) {
    if !confusion.isEmpty { confusion[actual * classes + predicted] += 1 }
    if predicted == actual { shard.correct += 1 }
    guard !topHits.isEmpty else { return }
    let rank = rank(of: actual, in: scores)
    for (index, k) in topK.enumerated() where rank < k { topHits[index] += 1 }
  }

  /// Adds one predicted row of a regression.
  mutating func add(outputs: FloatView, targets: FloatView) {
    for index in 0..<errors.count {
      let target = Double(targets[index])
      let error = Double(outputs[index]) - target
      errors[index].absolute += abs(error)
      errors[index].squared += error * error
      errors[index].target += target
      errors[index].targetSquared += target * target
    }
  }

  static func + (left: MetricSums, right: MetricSums) -> MetricSums {
    var sum = left
    sum.shard += right.shard
    for index in sum.confusion.indices { sum.confusion[index] += right.confusion[index] }
    for index in sum.topHits.indices { sum.topHits[index] += right.topHits[index] }
    for index in sum.errors.indices {
      sum.errors[index].absolute += right.errors[index].absolute
      sum.errors[index].squared += right.errors[index].squared
      sum.errors[index].target += right.errors[index].target
      sum.errors[index].targetSquared += right.errors[index].targetSquared
    }
    return sum
  }

  /// The metrics of all that was added.
  var metrics: Metrics {
    var metrics = Metrics(
      samples: shard.rows, loss: shard.meanLoss)
    let rows = Double(shard.rows)
    if classes > 0 {
      metrics.accuracy = shard.accuracy
      metrics.topK = zip(topK, topHits).map { .init(k: $0, accuracy: Double($1) / rows) }
      metrics.confusion = stride(from: 0, to: confusion.count, by: classes).map { start in
        Array(confusion[start..<start + classes])
      }
    } else {
      let count = Double(errors.count)
      metrics.meanAbsoluteError = errors.reduce(0) { $0 + $1.absolute } / (rows * count)
      metrics.rootMeanSquaredError =
        (errors.reduce(0) { $0 + $1.squared } / (rows * count)).squareRoot()
      metrics.rSquared =
        errors.reduce(0) { sum, output in
          sum + Self.rSquared(output, rows: rows)
        } / count
    }
    return metrics
  }

  /// 1 − Σ error² / Σ (target − mean)²; of a constant target 1 when it is met exactly, else 0.
  private static func rSquared(_ sums: OutputSums, rows: Double) -> Double {
    let total = sums.targetSquared - sums.target * sums.target / rows
    if total <= 0 { return sums.squared == 0 ? 1 : 0 }
    return 1 - sums.squared / total
  }
}

/// How many scores stand before `actual`'s, ties in order of class.
private func rank(of actual: Int, in scores: FloatView) -> Int {
  let own = scores[actual]
  var rank = 0
  for index in 0..<scores.count
  where scores[index] > own || (scores[index] == own && index < actual) {
    rank += 1
  }
  return rank
}
