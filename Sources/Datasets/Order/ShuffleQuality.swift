import HDF5
import Kernels

/// How well a shuffle mixes the targets of a split.
public struct ShuffleQuality: Sendable, Equatable {
  /// How many times as far from the whole data's a mini-batch's mix of labels (or its mean target)
  /// is as after a full shuffle: the root of the ratio of the mean squared distances. 1 is as good
  /// as it gets.
  ///
  /// Where blocks of rows are of one class each, it is about √(1 + (batch − 1)/2K) with K blocks in
  /// the window.
  public let unevenness: Double

  /// From here on learning suffers: of 28×28 images of 10 classes, sorted and drawn from windows of
  /// several sizes, accuracy after two epochs was within half a point of a full shuffle's up to 1.46,
  /// nearly a point below it at 1.59, and two points at 1.83 (a simulation in PyTorch;
  /// `tools/benchmark/sorted.py` measures some of these windows).
  public static let worst = 1.5

  public var suffices: Bool { unevenness < Self.worst }
}

extension Dataset {
  /// Measures what an order makes of the targets of a split, on up to four million rows of its
  /// first epoch.
  ///
  /// - Returns: nil for a full shuffle, which is the measure, for targets that are all alike, and
  ///   for more than 2²⁶ rows, whose labels would take too much memory.
  public func shuffleQuality(
    _ split: SplitName = .train, geometry: ShuffleGeometry, batch: Int, seed: UInt64
  ) throws -> ShuffleQuality? {
    let rows = try rows(of: split)
    guard geometry.mode != .full, rows <= 1 << 26, batch > 0, batch < rows else { return nil }
    let order = EpochOrder(rows: rows, geometry: geometry, seed: seed, epoch: 0)
    let ratio =
      if case .classes(let classes) = targets {
        try Self.labelRatio(labels(of: split), classes: classes, order, batch: batch)
      } else {
        try Self.meanRatio(firstValues(of: split), order, batch: batch)
      }
    return ratio.map { ShuffleQuality(unevenness: $0.squareRoot()) }
  }

  private static let mostRows = 4 << 20

  /// Σ (nᶜ − b·pᶜ)² over the classes, for batches of b rows, as a multiple of a full shuffle's.
  private static func labelRatio(
    _ labels: [Int32], classes: Int, _ order: EpochOrder, batch: Int
  ) -> Double? {
    var total = [Int](repeating: 0, count: classes)
    for label in labels { total[Int(label)] += 1 }
    let shares = total.map { Double($0) / Double(labels.count) }
    let expected = shares.reduce(0) { $0 + $1 * (1 - $1) }
    var counts = [Int](repeating: 0, count: classes)
    return ratio(order, batch: batch, rows: labels.count, variance: expected) { rows in
      for row in rows { counts[Int(labels[Int(row)])] += 1 }
      var sum = 0.0
      for label in 0..<classes {
        let difference = Double(counts[label]) - Double(rows.count) * shares[label]
        sum += difference * difference
        counts[label] = 0
      }
      return sum
    }
  }

  /// The same of the batches' sums of values.
  private static func meanRatio(_ values: [Float], _ order: EpochOrder, batch: Int) -> Double? {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let variance =
      values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
    return ratio(order, batch: batch, rows: values.count, variance: variance) { rows in
      let difference = rows.reduce(0) { $0 + Double(values[Int($1)]) - mean }
      return difference * difference
    }
  }

  /// - Parameters:
  ///   - variance: of a single row.
  ///   - squares: the squared distance of a batch.
  private static func ratio(
    _ order: EpochOrder, batch: Int, rows: Int, variance: Double,
    _ squares: (UnsafeBufferPointer<Int32>) -> Double
  ) -> Double? {
    var order = order
    let indices = AlignedBuffer<Int32>(count: batch)
    var sum = 0.0
    var batches = 0
    while batches * batch < mostRows, order.next(batch, into: indices.pointer) == batch {
      sum += squares(UnsafeBufferPointer(indices.pointer))
      batches += 1
    }
    // Drawn without replacement.
    let expected =
      variance * Double(batch) * Double(rows - batch) / Double(max(1, rows - 1))
    guard batches > 0, expected > 0 else { return nil }
    return sum / Double(batches) / expected
  }

  private func labels(of split: SplitName) throws(DatasetError) -> [Int32] {
    var labels: [Int32] = []
    labels.reserveCapacity(try rows(of: split))
    try forEachLabel(of: split) { labels.append($0) }
    return labels
  }

  /// The first target value of each row.
  private func firstValues(of split: SplitName) throws -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(try rows(of: split))
    try forEachTarget(of: split) { _, row in values.append(row[0]) }
    return values
  }
}
