import HDF5

extension Dataset {
  /// How many rows of a split each class has; empty when targets are values.
  public func classCounts(_ split: SplitName) throws(DatasetError) -> [Int] {
    guard case .classes(let count) = targets else { return [] }
    let column = try columns(of: split).targets
    let decoder = LabelDecoder(column: column, form: targetForm, classes: count)
    var counts = [Int](repeating: 0, count: count)
    try column.readBands { start, bytes throws(DatasetError) in
      try decoder.decode(bytes, from: start) { _, label in counts[Int(label)] += 1 }
    }
    return counts
  }

  /// Calls `body` with the place and the target values of each row of a split, in order.
  /// - Precondition: targets are values.
  package func forEachTarget(
    of split: SplitName, _ body: (Int, UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    let column = try columns(of: split).targets
    let width = column.width
    var values: [Float] = []
    // The bands' errors have a type of their own.
    var failure: (any Error)?
    try column.readBands { start, bytes throws(DatasetError) in
      if failure != nil { return }
      try column.checkFinite(bytes, from: start)
      let count = bytes.count / column.type.byteCount
      if values.count < count { values = Array(repeating: 0, count: count) }
      values.withUnsafeMutableBufferPointer { values in
        column.convertFloats(bytes, into: values.baseAddress!)
        do {
          for row in 0..<count / width {
            try body(
              start + row, UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width]))
          }
        } catch {
          failure = error
        }
      }
    }
    if let failure { throw failure }
  }
}
