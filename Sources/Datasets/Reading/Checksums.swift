import HDF5

/// The checksums that stand beside a dataset: a CRC-32 for each so many rows.
struct Checksums: Sendable {
  let values: [UInt32]
  let rowsPerChecksum: Int

  /// Reads the checksums of the dataset `path`; nil where there are none.
  init?(of path: String, rows: Int, in file: File) throws(DatasetError) {
    let name = path + "_crc32"
    let (kind, found) = try DatasetError.converting { () throws(HDF5Error) in
      let kind = try file.kind(of: name)
      return (kind, kind == .dataset ? try Self.read(file.dataset(name)) : nil)
    }
    guard kind == .dataset, let found else { return nil }
    guard found.rows > 0, found.values.count == (rows - 1) / found.rows + 1 else {
      throw DatasetError(
        file: file.path, dataset: name,
        problem: "has \(found.values.count) checksums for \(found.rows) rows each",
        expected: "checksums for the \(rows) rows of \(path)",
        remedy: "the file is damaged or was changed: convert it again")
    }
    values = found.values
    // A single checksum may be said to stand for more rows than there are.
    rowsPerChecksum = min(found.rows, rows)
  }

  /// - Returns: nil for a dataset that only has the name of checksums.
  private static func read(_ dataset: HDF5.Dataset) throws(HDF5Error)
    -> (values: [UInt32], rows: Int)?
  {
    guard case .number(.uint32, _) = dataset.storedType, try dataset.shape.count == 1,
      try dataset.attributes.contains(FileFormat.rowsPerChecksum)
    else { return nil }
    return (
      try dataset.values(), try dataset.attributes.value(FileFormat.rowsPerChecksum, as: Int.self)
    )
  }

  /// Throws if `bytes`, which are the rows of a column from `start` on, are not what was written.
  ///
  /// - Parameter start: a multiple of `rowsPerChecksum`.
  func verify(
    _ bytes: UnsafeRawBufferPointer, from start: Int, of column: Column
  ) throws(DatasetError) {
    let size = rowsPerChecksum * column.rowBytes
    for (index, offset) in stride(from: 0, to: bytes.count, by: size).enumerated() {
      let part = UnsafeRawBufferPointer(
        rebasing: bytes[offset..<min(offset + size, bytes.count)])
      let chunk = start / rowsPerChecksum + index
      guard crc32(part) == values[chunk] else {
        let first = chunk * rowsPerChecksum
        throw column.error(
          "has damaged data in chunk \(chunk) "
            + "(rows \(first) to \(first + part.count / column.rowBytes - 1))"
            + column.place(ofRow: first) + ": its CRC-32 is \(hexadecimal(crc32(part)))",
          expected: hexadecimal(values[chunk]),
          remedy: "get the file again, or convert it again")
      }
    }
  }
}

private func hexadecimal(_ value: UInt32) -> String {
  withUnsafeBytes(of: value.bigEndian) { $0.hexadecimal }
}
