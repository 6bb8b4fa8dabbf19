extension Reference {
  package static func add(_ rows: [[Double]], to sums: inout ColumnSums) {
    for row in rows {
      for (column, value) in row.enumerated() {
        let difference = value - sums[.pivot, column]
        sums[.sum, column] += difference
        sums[.squares, column] += difference * difference
        if value < sums[.least, column] { sums[.least, column] = value }
        if value > sums[.greatest, column] { sums[.greatest, column] = value }
        if value == sums[.common, column] { sums[.commonCount, column] += 1 }
      }
    }
  }
}
