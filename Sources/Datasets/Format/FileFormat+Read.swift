import HDF5

extension FileFormat {
  /// Whether the file says that it has Lockstep's format, whose attributes can then be relied on.
  /// - Throws: `DatasetError` for a newer version of it.
  static func isOwn(_ file: File) throws(DatasetError) -> Bool {
    let found: Int? = try DatasetError.converting { () throws(HDF5Error) in
      let attributes = file.attributes
      guard try attributes.contains(Attribute.format),
        case .string = try attributes.storedType(of: Attribute.format),
        try attributes.string(Attribute.format) == name
      else { return nil }
      return try attributes.value(Attribute.version)
    }
    guard let found else { return false }
    guard found <= version else {
      throw DatasetError(
        file: file.path, problem: "has version \(found) of the dataset format",
        expected: "at most \(version)", remedy: "use a newer Lockstep, or convert the data again")
    }
    return true
  }

  /// The fingerprint that the file's writer stored.
  static func fingerprint(of file: File) throws(DatasetError) -> String? {
    try DatasetError.converting { () throws(HDF5Error) in
      let attributes = file.attributes
      guard try attributes.contains(Attribute.fingerprint) else { return nil }
      return try attributes.string(Attribute.fingerprint)
    }
  }
}

extension SplitColumns {
  /// A fingerprint for files that bring none: of types, shapes and 16 blocks of each dataset,
  /// evenly spread.
  static func sampleFingerprint(
    of columns: [SplitName: SplitColumns]
  ) throws(DatasetError) -> String {
    let digest = Fingerprint()
    for (split, columns) in columns.sorted(by: { $0.key < $1.key }) {
      for column in [columns.features, columns.targets, columns.weights, columns.numbers] {
        guard let column else { continue }
        digest.add("\(split) \(column.type) \(column.shape)\n")
        let (reader, scratch) = (try ColumnReader(column), DecoderScratch())
        let rows = max(1, min(column.rows / 16, (16 << 10) / column.rowBytes))
        let memory = UnsafeMutableRawBufferPointer.allocate(
          byteCount: rows * column.rowBytes, alignment: 64)
        defer { memory.deallocate() }
        let blocks = min(16, column.rows / rows)
        for block in 0..<blocks {
          // The first block starts the data, the last one ends it.
          let start = (column.rows - rows) * block / max(1, blocks - 1)
          try reader.read(start..<start + rows, into: memory, scratch: scratch)
          digest.add(UnsafeRawBufferPointer(memory))
        }
      }
    }
    return "sample-sha256:" + digest.finish()
  }
}
