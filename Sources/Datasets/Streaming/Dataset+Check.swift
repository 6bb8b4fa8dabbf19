import HDF5

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

  /// Reads every row again, and compares the fingerprints that the files have with those of their
  /// rows.
  ///
  /// - Returns: false where a file has none.
  /// - Throws: `DatasetError` for a file that holds other rows than it says.
  public func checkFingerprint() throws(DatasetError) -> Bool {
    var checked: [File] = []
    for file in parts.values.joined().map(\.features.file)
    where !checked.contains(where: { $0 === file }) {
      checked.append(file)
      guard try FileFormat.isOwn(file), let stored = try FileFormat.fingerprint(of: file) else {
        return false
      }
      let found = try ContentFingerprint.reading(file)
      guard found == stored else {
        throw DatasetError(
          file: file.path, dataset: "/@" + FileFormat.Attribute.fingerprint,
          problem: "is \(stored), but the fingerprint of its rows is \(found)",
          expected: "the rows that were written",
          remedy: "the file was changed: get it again, or convert it again")
      }
    }
    return true
  }

  /// So much memory is enough to be fast.
  private static let checkBytes = 64 << 20
}
