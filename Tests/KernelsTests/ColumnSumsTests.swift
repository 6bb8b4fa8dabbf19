import Kernels
import TestSupport
import Testing

@Suite struct ColumnSumsTests {
  @Test(arguments: sets)
  func `columns are added up with the reference's bits`(set: InstructionSet) {
    var random = SeededGenerator(seed: 3)
    for columns in [1, 7, 8, 9, 31, 40] {
      var (fast, naive) = (ColumnSums(columns: columns), ColumnSums(columns: columns))
      let rows = (0..<50).map { _ in
        (0..<columns).map { column in
          // Whole numbers of one column are often alike.
          column == 0
            ? Double(Int.random(in: 0..<3, using: &random))
            : Double.random(in: -1e3...1e3, using: &random)
        }
      }
      for column in 0..<columns {
        for quantity in [ColumnSums.Quantity.pivot, .least, .greatest, .common] {
          fast[quantity, column] = rows[0][column]
          naive[quantity, column] = rows[0][column]
        }
      }
      let filled = rows.flatMap { $0 + Array(repeating: 0, count: fast.width - columns) }
      fast.add(filled, count: rows.count, with: set)
      Reference.add(rows, to: &naive)
      for column in 0..<columns {
        for quantity in ColumnSums.Quantity.allCases {
          #expect(
            fast[quantity, column].bitPattern == naive[quantity, column].bitPattern,
            "\(quantity) of column \(column) of \(columns)")
        }
      }
    }
  }
}
