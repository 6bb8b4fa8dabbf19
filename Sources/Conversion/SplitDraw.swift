import Datasets
import Kernels

/// Draws the rows of `test` and `validation` from those of `train`.
struct SplitDraw {
  private(set) var destination: [SplitName]
  /// The splits to draw, with their parts and the options that say so.
  private let parts: [(split: SplitName, fraction: Double, option: String)]
  private let stream: RandomStream
  private var rows: Int { destination.count }

  init(rows: Int, _ options: ConversionOptions) {
    destination = Array(repeating: .train, count: rows)
    parts = [
      (.test, options.testFraction, "--test-fraction"),
      (.validation, options.validationFraction, "--validation-fraction"),
    ].filter { $0.1 > 0 }
    stream = RandomStream(seed: options.seed, purpose: .selection, index: 0)
  }

  /// Any rows.
  mutating func atRandom() throws(ConversionError) {
    if parts.isEmpty { return }
    take(from: randomPermutation(rows, stream), try counts(of: rows))
  }

  /// The latest rows to `test`, those before them to `validation`.
  mutating func byTime(_ times: [Double]) throws(ConversionError) {
    // Of equal times the later row is the later one.
    let latestFirst = (0..<Int32(times.count)).sorted {
      (times[Int($0)], $0) > (times[Int($1)], $1)
    }
    take(from: latestFirst, try counts(of: rows))
  }

  /// Any rows, as many of each class as its part of all.
  mutating func byClass(_ keys: SplitKeys) throws(ConversionError) {
    let wanted = try counts(of: rows)
    var members: [Int32: [Int32]] = [:]
    for row in randomPermutation(rows, stream) {
      members[keys.classes[Int(row)], default: []].append(row)
    }
    let classes = members.keys.sorted()
    for label in classes where members[label]!.count < 1 + parts.count {
      let count = members[label]!.count
      throw ConversionError(
        option: "--stratify",
        problem: "class \(keys.classNames?[Int(label)] ?? "\(label)") has "
          + "\(count == 1 ? "one row" : "\(count) rows")",
        expected: "at least \(1 + parts.count), one for each split",
        remedy: "leave the class out, or split without --stratify")
    }
    for (part, count) in zip(parts, wanted) {
      // The largest remainders take the rows that rounding down leaves over.
      let exact = classes.map {
        Double(count) * Double(members[$0]!.count)
          / Double(members.values.reduce(0) { $0 + $1.count })
      }
      var shares = exact.map { max(1, Int($0)) }
      let byRemainder = exact.indices.sorted {
        (exact[$0] - Double(shares[$0]), $1) > (exact[$1] - Double(shares[$1]), $0)
      }
      for index in byRemainder where shares.reduce(0, +) < count { shares[index] += 1 }
      for (label, share) in zip(classes, shares) {
        // The others need a row each, too.
        for _ in 0..<min(share, members[label]!.count - 1) {
          destination[Int(members[label]!.removeLast())] = part.split
        }
      }
    }
  }

  /// Whole groups, drawn at random until each split has its part of the rows.
  mutating func byGroup(_ groups: [Double]) throws(ConversionError) {
    let wanted = try counts(of: rows)
    var members: [Double: [Int]] = [:]
    var names: [Double] = []
    for (row, group) in groups.enumerated() {
      if members[group] == nil { names.append(group) }
      members[group, default: []].append(row)
    }
    guard names.count > parts.count else {
      throw ConversionError(
        option: "--group-by", problem: "finds \(names.count) groups",
        expected: "at least \(parts.count + 1), one for each split")
    }
    var drawn = randomPermutation(names.count, stream).map { names[Int($0)] }[...]
    for (index, (part, count)) in zip(parts, wanted).enumerated() {
      var taken = 0
      // One group at least stays for each split that follows, and for train.
      while taken < count, drawn.count > parts.count - index {
        for row in members[drawn.removeFirst()]! {
          destination[row] = part.split
          taken += 1
        }
      }
    }
  }

  /// Rows of each part.
  private func counts(of rows: Int) throws(ConversionError) -> [Int] {
    var left = rows
    var counts: [Int] = []
    for part in parts {
      let count = Int((part.fraction * Double(rows)).rounded())
      guard count > 0, count < left else {
        throw ConversionError(
          option: "\(part.option) \(part.fraction.text)",
          problem: "takes \(count) of the \(rows) rows of train",
          expected: "at least 1 row in each split")
      }
      left -= count
      counts.append(count)
    }
    return counts
  }

  /// Gives the first rows of an order to the first part, and so on.
  private mutating func take(from order: [Int32], _ counts: [Int]) {
    var next = 0
    for (part, count) in zip(parts, counts) {
      for row in order[next..<next + count] { destination[Int(row)] = part.split }
      next += count
    }
  }
}
