import Datasets

extension ConversionOptions {
  /// Checks what can be told before a source is read.
  func check() throws(ConversionError) {
    guard sources.values.contains(where: { !$0.isEmpty }) else {
      throw ConversionError(
        subject: "convert", problem: "has no sources",
        expected: "files for at least one of --train, --validation and --test")
    }
    for (name, split, fraction) in [
      ("--validation-fraction", SplitName.validation, validationFraction),
      ("--test-fraction", .test, testFraction),
    ] {
      guard fraction >= 0, fraction < 1 else {
        throw ConversionError(
          option: name, problem: "is \(fraction.text)", expected: "a number from 0 to below 1")
      }
      if fraction > 0, sources[split]?.isEmpty == false {
        throw ConversionError(
          option: name, problem: "is given, and so are sources for \(split)",
          expected: "one or the other")
      }
      if fraction > 0, sources[.train]?.isEmpty != false {
        throw ConversionError(
          option: name, problem: "takes rows of train, which has no sources",
          expected: "--train with sources")
      }
    }
    guard validationFraction + testFraction < 1 else {
      throw ConversionError(
        option: "--validation-fraction and --test-fraction",
        problem: "add up to \((validationFraction + testFraction).text)",
        expected: "less than 1, for rows to be left in train")
    }
    try checkSplits()
    guard memoryBudget >= Self.leastMemory else {
      throw ConversionError(
        option: "--memory-budget", problem: "is \(memoryBudget) bytes",
        expected: "at least \(Self.leastMemory)")
    }
    guard Self.chunkBytes.contains(storage.chunkBytes) else {
      throw ConversionError(
        option: "--chunk-bytes", problem: "is \(storage.chunkBytes)",
        expected: "a number from \(Self.chunkBytes.lowerBound) to \(Self.chunkBytes.upperBound)")
    }
    if case .gzip(let level) = storage.compression, !(1...9).contains(level) {
      throw ConversionError(
        option: "--compression", problem: "is gzip:\(level)",
        expected: "none, or gzip:1 (fast) to gzip:9 (small)")
    }
    try ConversionError.converting { () throws(DatasetError) in
      try AtomicFile.check(output, replacingExisting: replacesExisting)
    }
  }

  /// Checks what rows are split by.
  private func checkSplits() throws(ConversionError) {
    let given = [
      ("--stratify", stratifies), ("--group-by", groupBy != nil),
      ("--time-order", timeOrder != nil),
    ].filter(\.1).map(\.0)
    guard let first = given.first else { return }
    guard given.count == 1 else {
      throw ConversionError(
        option: given.joined(separator: " and "), problem: "are both given",
        expected: "one of them")
    }
    guard like == nil else {
      throw ConversionError(
        option: first, problem: "is given with --like", expected: "one or the other",
        remedy: "give each split its own sources")
    }
    guard validationFraction + testFraction > 0 else {
      throw ConversionError(
        option: first, problem: "splits nothing",
        expected: "--validation-fraction or --test-fraction")
    }
  }

  /// What tables are read through takes about as much.
  private static let leastMemory = 64 << 20

  /// HDF5 chunks are below 4 GiB; larger ones than 64 MiB serve nobody.
  private static let chunkBytes = 1...(64 << 20)
}
