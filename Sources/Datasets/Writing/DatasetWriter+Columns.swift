import HDF5

/// Making the columns.
extension DatasetWriter {
  typealias Forms = [SplitName: [FileFormat.Column: ColumnForm]]

  static func forms(_ schema: DatasetSchema, _ storage: StorageOptions) -> Forms {
    // Where targets are wider, chunks are cut by them.
    let chunkRows = storage.chunkRows(rowBytes: max(schema.featureBytes, schema.targetBytes))
    return schema.rows.mapValues { rows in
      func form(_ type: ElementType, _ rowShape: [Int]) -> ColumnForm {
        let rowBytes = rowShape.reduce(type.byteCount, *)
        let beside = storage.chunkRows(rowBytes: rowBytes, besideChunksOf: chunkRows)
        return ColumnForm(type: type, shape: [rows] + rowShape, chunkRows: min(rows, beside))
      }
      var forms = [
        FileFormat.Column.features: ColumnForm(
          type: schema.featureType, shape: [rows] + schema.featureShape,
          chunkRows: min(rows, chunkRows)),
        .row: form(.int64, []),
      ]
      if let type = schema.targetType { forms[.targets] = form(type, schema.targetShape) }
      if schema.hasWeights { forms[.weights] = form(.float32, []) }
      return forms
    }
  }

  /// Creates the file, in which each chunk has its place.
  static func makePlaces(_ forms: Forms, in output: AtomicFile) throws(DatasetError) {
    let path = output.temporaryPath
    let columns = forms.values.flatMap(\.values)
    // Few chunks need one node each column, which is there before the first of them.
    let hasManyChunks = columns.contains { $0.chunkCount > 64 }
    let indexBytes = columns.reduce(0) { $0 + $1.chunkIndexBytes }
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      let file = try create(
        path, forms, metadataBytes: hasManyChunks ? indexBytes + headerBytes : nil)
      for (split, column, form) in inOrder(forms) {
        try file.createDataset(
          "\(split)/\(column)", form.type, shape: form.shape,
          storage: .preallocatedChunks(form.chunkShape))
      }
      try file.close()
    }
  }

  /// Enough for the headers of groups and datasets.
  private static let headerBytes = 16 << 10

  /// Opens the file for writing to the places of chunks.
  ///
  /// - Parameter isOwn: whether this writer has created it.
  func makeColumns(
    _ forms: Forms, isOwn: Bool, _ stored: [SplitName: Int], pastCache: Bool
  ) throws(DatasetError) {
    let path = output.temporaryPath
    let file = try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      try isOwn ? File(reopening: path) : File(opening: path)
    }
    try output.open(pastCache: pastCache)
    for (split, column, form) in Self.inOrder(forms) {
      let places = try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
        let dataset = try file.dataset("\(split)/\(column)")
        return try dataset.isLike(form) ? dataset.chunkFileOffsets : []
      }
      guard !places.isEmpty else {
        throw DatasetError(
          file: path, dataset: "/\(split)/\(column)", problem: "is not what was kept here")
      }
      columns[split, default: [:]][column] = try ColumnWriter(
        form, threads: threads, mostBytes: 4 << 20
      ) { _ in
        PlacedChunks(
          output, places: places, chunkBytes: form.chunkBytes,
          storedBytes: (stored[split] ?? 0) * form.rowBytes)
      }
    }
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in try file.close() }
  }

  /// Creates the file, to which the library writes compressed chunks.
  func makeColumns(_ forms: Forms, level: Int) throws(DatasetError) {
    let (path, target) = (output.temporaryPath, output.target)
    let file = try DatasetError.converting(file: target) { () throws(HDF5Error) in
      try Self.create(path, forms)
    }
    self.file = file
    for (split, column, form) in Self.inOrder(forms) {
      let encoder = ChunkEncoder(
        elementBytes: form.type.byteCount, level: level, compressors: threads.compressors)
      let dataset = try DatasetError.converting(file: target) { () throws(HDF5Error) in
        try file.createDataset(
          "\(split)/\(column)", form.type, shape: form.shape,
          storage: .chunked(
            form.chunkShape,
            filters: encoder.shuffles ? [.shuffle, .deflate(level)] : [.deflate(level)]))
      }
      columns[split, default: [:]][column] = try ColumnWriter(
        // Enough large chunks for all cores to compress.
        form, threads: threads, mostBytes: 16 << 20
      ) { chunks in
        CompressedChunks(
          dataset, chunkRows: form.chunkRows, chunkBytes: form.chunkBytes, chunks: chunks,
          encoder: encoder, file: target)
      }
    }
  }

  /// Creates a file with the groups of the splits.
  private static func create(
    _ path: String, _ forms: Forms, metadataBytes: Int? = nil
  ) throws(HDF5Error) -> File {
    let file = try File(creating: path, metadataBytes: metadataBytes)
    for split in forms.keys.sorted() { try file.createGroup(split.rawValue) }
    return file
  }

  private static func inOrder(
    _ forms: Forms
  ) -> [(split: SplitName, column: FileFormat.Column, form: ColumnForm)] {
    forms.sorted { $0.key < $1.key }.flatMap { split, forms in
      FileFormat.Column.allCases.compactMap { column in
        forms[column].map { (split, column, $0) }
      }
    }
  }
}

extension HDF5.Dataset {
  /// Whether it is such a column, its chunks in their places.
  fileprivate func isLike(_ form: ColumnForm) throws(HDF5Error) -> Bool {
    guard case .number(form.type, .native) = storedType else { return false }
    return try shape == form.shape && layout == .chunked(form.chunkShape) && filters.isEmpty
  }
}
