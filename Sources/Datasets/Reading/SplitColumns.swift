import HDF5

/// The datasets of one split, checked against each other.
struct SplitColumns: Sendable {
  let features: Column
  let targets: Column
  let weights: Column?
  let numbers: Column?

  var rows: Int { features.rows }

  init(_ paths: SplitPaths, in file: File) throws(DatasetError) {
    features = try Column(paths.features, in: file)
    targets = try Column(paths.targets, in: file)
    weights = try paths.weights.map { path throws(DatasetError) in try Column(path, in: file) }
    numbers = try paths.numbers.map { path throws(DatasetError) in try Column(path, in: file) }
    for column in [targets, weights, numbers] {
      guard let column, column.rows != rows else { continue }
      throw column.error("has \(column.rows) rows", expected: "\(rows), as \(features.path) has")
    }
    guard targets.shape.count <= 2 else {
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

  private func checkSizes() throws(DatasetError) {
    for column in [features, targets, weights, numbers] {
      try DatasetError.converting { () throws(HDF5Error) in try column?.dataset.checkIsStored() }
    }
  }
}
