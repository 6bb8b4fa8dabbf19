extension Dataset {
  /// Reads every row of a split and checks its values, labels and checksums, in little memory
  /// whatever its size.
  ///
  /// - Parameter report: called now and then with the part that is done, 0…1.
  /// - Throws: `DatasetError` for the first fault.
  public func check(
    _ split: SplitName, report: (Double) -> Void = { _ in }
  ) throws(DatasetError) {
    let budget = max(Self.checkBytes, try leastBytes(split, batch: 1))
    let stream = try stream(split, batch: 1, budget: budget)
    try stream.prepare()
    try stream.verify { rows in report(Double(rows) / Double(stream.rows)) }
  }

  /// So much memory is enough to be fast.
  private static let checkBytes = 64 << 20
}
