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

/// Which of the source's `train` rows go to which split, and in which order. Takes four bytes of memory
/// for each row where rows are shuffled, and one where splits are drawn.
struct SplitPlan {
  /// The rows of the source.
  let sourceRows: Int
  /// The split of each of them; empty where all stay in `train`.
  private let destination: [SplitName]
  /// The place in `train` of each row that stays there, in the order in which they come. Nil for
  /// their own order.
  let places: [Int32]?

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
    var counts: [SplitName: Int] = [:]
    for split in SplitName.allCases {
      let count = draw.destination.count { $0 == split }
      if count > 0 { counts[split] = count }
    }
    self.rows = counts
    sourceRows = rows
    destination = counts.count > 1 ? draw.destination : []
    places = options.shuffle == .none ? nil : Self.places(counts[.train] ?? 0, seed: options.seed)
  }

  /// The split that a row of the source goes to.
  func split(ofRow row: Int) -> SplitName { destination.isEmpty ? .train : destination[row] }

  /// The places of shuffled rows.
  private static func places(_ rows: Int, seed: UInt64) -> [Int32] {
    let order = randomPermutation(rows, RandomStream(seed: seed, purpose: .selection, index: 1))
    return [Int32](unsafeUninitializedCapacity: rows) { places, filled in
      for (place, row) in order.enumerated() { places[Int(row)] = Int32(place) }
      filled = rows
    }
  }
}
