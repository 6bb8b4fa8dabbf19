import HDF5

extension Dataset {
  /// How many rows of a split each class has; empty when targets are values.
  public func classCounts(_ split: SplitName) throws(DatasetError) -> [Int] {
    guard case .classes(let count) = targets else { return [] }
    var counts = [Int](repeating: 0, count: count)
    try forEachLabel(of: split) { counts[Int($0)] += 1 }
    return counts
  }

  /// Calls `body` with the class of each row of a split, in order.
  /// - Precondition: targets are classes.
  func forEachLabel(
    of split: SplitName, _ body: (Int32) -> Void
  ) throws(DatasetError) {
    guard case .classes(let count) = targets else { preconditionFailure("targets are values") }
    for column in try columns(of: split).compactMap(\.targets) {
      let decoder = LabelDecoder(column: column, form: targetForm, classes: count)
      try column.readBands { start, bytes throws(DatasetError) in
        try decoder.decode(bytes, from: start) { _, label in body(label) }
      }
    }
  }

  /// Whether any row of a split weighs more than nothing.
  package func hasWeight(_ split: SplitName) throws -> Bool {
    var isWeighted = false
    for column in try columns(of: split).map(\.weights) {
      guard let column else { return true }
      var values: [Float] = []
      try column.readBands { _, bytes throws(DatasetError) in
        if isWeighted { return }
        values = Array(repeating: 0, count: bytes.count / column.type.byteCount)
        values.withUnsafeMutableBufferPointer {
          column.convertFloats(bytes, into: $0.baseAddress!)
        }
        isWeighted = values.contains { $0 != 0 }
      }
      if isWeighted { return true }
    }
    return false
  }

  /// Calls `body` with the place and the target values of each row of a split, in order.
  /// - Precondition: targets are values.
  package func forEachTarget(
    of split: SplitName, _ body: (Int, UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    var values: [Float] = []
    var place = 0
    for column in try columns(of: split).compactMap(\.targets) {
      let width = column.width
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
                place, UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width]))
              place += 1
            }
          } catch {
            failure = error
          }
        }
      }
      if let failure { throw failure }
    }
  }
}
