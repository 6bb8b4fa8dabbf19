import CKernels

/// What is known of the columns of rows of numbers, a column's numbers added one after another.
package struct ColumnSums {
  /// Numbers of a row with those that only fill it up.
  package let width: Int
  /// A row of `width` for each `Quantity`.
  private var values: [Double]

  package enum Quantity: Int, CaseIterable {
    /// What numbers are subtracted from before they are added up, so that little is lost.
    case pivot
    case sum
    /// The sum of the squared differences from the pivot.
    case squares
    case least
    case greatest
    /// A number of the column, and how often it is there.
    case common
    case commonCount
  }

  /// The width of rows of so many numbers.
  package static func width(_ columns: Int) -> Int { (columns + 7) / 8 * 8 }

  package init(columns: Int) {
    width = Self.width(columns)
    values = Array(repeating: 0, count: width * Quantity.allCases.count)
  }

  package subscript(_ quantity: Quantity, _ column: Int) -> Double {
    get { values[quantity.rawValue * width + column] }
    set { values[quantity.rawValue * width + column] = newValue }
  }

  /// Adds rows of `width` finite numbers, one behind another.
  package mutating func add(
    _ rows: UnsafePointer<Double>, count: Int, with set: InstructionSet = .current
  ) {
    values.withUnsafeMutableBufferPointer {
      set.loops.pointee.column_sums(rows, count, width, $0.baseAddress!)
    }
  }
}
