/// Rows cut into parts, each for one core to work on at a time: of 256 KiB, and at most 1024 rows.
struct RowParts {
  let rows: Int
  private let partRows: Int

  init(_ rows: Int, rowBytes: Int) {
    self.rows = rows
    partRows = max(1, min(1024, (256 << 10) / max(1, rowBytes)))
  }

  var count: Int { (rows + partRows - 1) / partRows }

  subscript(part: Int) -> Range<Int> {
    part * partRows..<min((part + 1) * partRows, rows)
  }
}
