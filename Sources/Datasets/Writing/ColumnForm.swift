import HDF5

/// What a column is made of.
struct ColumnForm {
  let type: ElementType
  /// The rows first.
  let shape: [Int]
  let chunkRows: Int

  var rows: Int { shape[0] }
  var rowBytes: Int { shape.dropFirst().reduce(type.byteCount, *) }
  var chunkShape: [Int] { [chunkRows] + shape.dropFirst() }
  var chunkBytes: Int { chunkRows * rowBytes }

  var chunkCount: Int { (rows + chunkRows - 1) / chunkRows }

  /// Room for what the library keeps of chunks without filters, beside its headers: a key and an address
  /// for each in nodes for 64, nine tenths full but for the last.
  var chunkIndexBytes: Int { (chunkCount + 64) * (24 + 8 * (shape.count + 1)) * 5 / 4 }
}
