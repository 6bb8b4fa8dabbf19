import HDF5

/// The datasets of one split, checked against each other.
struct SplitColumns: Sendable {
  let features: Column
  /// Nil when only the features are wanted.
  let targets: Column?
  let weights: Column?
  let numbers: Column?

  var rows: Int { features.rows }

  init(_ paths: SplitPaths, in file: File) throws(DatasetError) {
    features = try Column(paths.features, in: file)
    targets = try paths.targets.map { path throws(DatasetError) in try Column(path, in: file) }
    weights = try paths.weights.map { path throws(DatasetError) in try Column(path, in: file) }
    numbers = try paths.numbers.map { path throws(DatasetError) in try Column(path, in: file) }
    for column in [targets, weights, numbers] {
      guard let column, column.rows != rows else { continue }
      throw column.error("has \(column.rows) rows", expected: "\(rows), as \(features.path) has")
    }
    if let targets, targets.shape.count > 2 {
      throw targets.error(
        "has the shape \(targets.shape)",
        expected: "one number for each row, or one row of outputs")
    }
    for column in [weights, numbers] {
      guard let column, column.width != 1 else { continue }
      throw column.error("has the shape \(column.shape)", expected: "one number for each row")
    }
    if let numbers, numbers.type.isFloat {
      throw numbers.error("holds \(numbers.type)", expected: "integers, the rows' numbers")
    }
    try checkSizes()
  }

  /// Checks that these rows can follow those of `other` in one split.
  func checkSameColumns(as other: SplitColumns) throws(DatasetError) {
    for (own, first) in [(features, other.features), (targets, other.targets)] {
      guard let own, let first, own.type != first.type else { continue }
      throw own.error(
        "holds \(own.type)", expected: "\(first.type), as \(first.path) of \(first.file.path) holds"
      )
    }
    for (own, first, name) in [
      (weights, other.weights, "weights"), (numbers, other.numbers, "row numbers"),
    ] where (own == nil) != (first == nil) {
      throw features.error(
        own == nil ? "has no \(name)" : "has \(name)",
        expected: "the same columns as in \(other.features.file.path)")
    }
  }

  private func checkSizes() throws(DatasetError) {
    for column in [features, targets, weights, numbers] {
      // What a view or another file holds is not stored here.
      guard let column, column.dataset.layout != .virtual else { continue }
      try DatasetError.converting { () throws(HDF5Error) in try column.dataset.checkIsStored() }
    }
  }
}
