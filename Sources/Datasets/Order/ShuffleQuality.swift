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
  /// Memory: 4 bytes for each of those rows and for each row of the window.
  ///
  /// - Returns: nil for a full shuffle, which is the measure, for targets that are all alike, and
  ///   for a window of more than 2²⁴ rows, whose targets would take too much memory.
  public func shuffleQuality(
    _ split: SplitName = .train, geometry: ShuffleGeometry, batch: Int, seed: UInt64
  ) throws -> ShuffleQuality? {
    let rows = try rows(of: split)
    guard geometry.mode != .full, batch > 0, batch < rows else { return nil }
    let order = EpochOrder(rows: rows, geometry: geometry, seed: seed, epoch: 0)
    let sample = FirstRows(of: order, geometry, draws: min(rows, Self.mostRows + batch))
    guard sample.count <= Self.mostRows + batch + Self.mostWindowRows else { return nil }
    let ratio =
      if case .classes(let classes) = targets {
        try labelRatio(split, classes: classes, sample, order, batch: batch)
      } else {
        try meanRatio(split, sample, order, batch: batch)
      }
    return ratio.map { ShuffleQuality(unevenness: $0.squareRoot()) }
  }

  private static let mostRows = 4 << 20
  private static let mostWindowRows = 1 << 24

  /// Σ (nᶜ − b·pᶜ)² over the classes, for batches of b rows, as a multiple of a full shuffle's.
  private func labelRatio(
    _ split: SplitName, classes: Int, _ sample: FirstRows, _ order: EpochOrder, batch: Int
  ) throws -> Double? {
    var total = [Int](repeating: 0, count: classes)
    var labels = [Int32](repeating: 0, count: sample.count)
    var row = 0
    try forEachLabel(of: split) { label in
      total[Int(label)] += 1
      if let place = sample.place(of: row) { labels[place] = label }
      row += 1
    }
    let shares = total.map { Double($0) / Double(order.rows) }
    let expected = shares.reduce(0) { $0 + $1 * (1 - $1) }
    var counts = [Int](repeating: 0, count: classes)
    return Self.ratio(order, batch: batch, variance: expected) { rows in
      for row in rows { counts[Int(labels[sample.place(of: Int(row))!])] += 1 }
      var sum = 0.0
      for label in 0..<classes {
        let difference = Double(counts[label]) - Double(rows.count) * shares[label]
        sum += difference * difference
        counts[label] = 0
      }
      return sum
    }
  }

  /// The same of the batches' sums of the rows' first values.
  private func meanRatio(
    _ split: SplitName, _ sample: FirstRows, _ order: EpochOrder, batch: Int
  ) throws -> Double? {
    var values = [Float](repeating: 0, count: sample.count)
    // Welford's algorithm.
    var (mean, squares) = (0.0, 0.0)
    try forEachTarget(of: split) { row, targets in
      let difference = Double(targets[0]) - mean
      mean += difference / Double(row + 1)
      squares += difference * (Double(targets[0]) - mean)
      if let place = sample.place(of: row) { values[place] = targets[0] }
    }
    let variance = squares / Double(order.rows)
    return Self.ratio(order, batch: batch, variance: variance) { rows in
      let difference = rows.reduce(0) { $0 + Double(values[sample.place(of: Int($1))!]) - mean }
      return difference * difference
    }
  }

  /// - Parameters:
  ///   - variance: of a single row.
  ///   - squares: the squared distance of a batch.
  private static func ratio(
    _ order: EpochOrder, batch: Int, variance: Double,
    _ squares: (UnsafeBufferPointer<Int32>) -> Double
  ) -> Double? {
    let rows = order.rows
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
}
