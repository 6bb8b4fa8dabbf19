import Datasets
import Kernels

/// What the rows of `train` are split by, one of each for a row; empty where it is not asked for.
struct SplitKeys {
  var classes: [Int32] = []
  /// Rows of one group stay together.
  var groups: [Double] = []
  var times: [Double] = []
  var classNames: [String]?
}

/// Which of the source's `train` rows go to which split, and in which order.
struct SplitPlan {
  /// The split of each row of the source.
  let destination: [SplitName]
  /// The order in which the rows that stay in `train` are written: their places among them. Nil for
  /// their own order.
  let order: [Int32]?

  /// Rows of each split that is drawn from `train`, `train` included.
  let rows: [SplitName: Int]

  /// Draws the splits, then shuffles what stays.
  init(
    rows: Int, _ keys: SplitKeys, _ options: ConversionOptions
  ) throws(ConversionError) {
    guard rows <= Int(Int32.max) else {
      throw ConversionError(
        subject: "train", problem: "has \(rows) rows", expected: "at most \(Int32.max)")
    }
    var draw = SplitDraw(rows: rows, options)
    if options.stratifies {
      try draw.byClass(keys)
    } else if !keys.groups.isEmpty {
      try draw.byGroup(keys.groups)
    } else if !keys.times.isEmpty {
      try draw.byTime(keys.times)
    } else {
      try draw.atRandom()
    }
    destination = draw.destination
    var counts: [SplitName: Int] = [:]
    for split in SplitName.allCases {
      let count = draw.destination.count { $0 == split }
      if count > 0 { counts[split] = count }
    }
    self.rows = counts
    let kept = counts[.train] ?? 0
    order =
      options.shuffle == .none
      ? nil
      : randomPermutation(kept, RandomStream(seed: options.seed, purpose: .selection, index: 1))
  }
}
