import Datasets
import Kernels

/// Which of the source's `train` rows go to which split, and in which order.
struct SplitPlan {
  /// The split of each row of the source.
  let destination: [SplitName]
  /// The rows that stay in `train`, in their order.
  let kept: [Int32]
  /// The order in which they are written: places in `kept`. Nil for their own order.
  let order: [Int32]?

  /// Rows of each split that is drawn from `train`, `train` included.
  var rows: [SplitName: Int] {
    destination.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// Draws the splits at random, then shuffles what stays.
  init(rows: Int, options: ConversionOptions) throws(ConversionError) {
    var destination = [SplitName](repeating: .train, count: rows)
    let drawn = randomPermutation(
      rows, RandomStream(seed: options.seed, purpose: .selection, index: 0))
    var next = 0
    for (split, fraction, name) in [
      (SplitName.test, options.testFraction, "test"),
      (.validation, options.validationFraction, "validation"),
    ] where fraction > 0 {
      let count = Int((fraction * Double(rows)).rounded())
      guard count > 0, next + count < rows else {
        throw ConversionError(
          subject: "--\(name)-fraction \(fraction.text)",
          problem: "takes \(count) of the \(rows) rows of train",
          expected: "at least 1 row in each split")
      }
      for row in drawn[next..<next + count] { destination[Int(row)] = split }
      next += count
    }
    self.destination = destination
    kept = (0..<Int32(rows)).filter { destination[Int($0)] == .train }
    order =
      options.shuffle == .none
      ? nil
      : randomPermutation(
        kept.count, RandomStream(seed: options.seed, purpose: .selection, index: 1))
  }
}
