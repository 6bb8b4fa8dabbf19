import Dispatch
import HDF5

/// Writes a dataset file, split by split and band by band; it has its name only when complete.
///
/// Call `append` until every split has the rows that its schema says, then `finish`. A writer that
/// is dropped or cancelled before leaves nothing. One thread at a time may use it; what it was given
/// is digested and stored on others, while that thread makes the next rows.
///
/// Chunks that are not compressed get their places before the first row comes, and are written there
/// past the library, which has the file open only before and after: whatever ends the process
/// meanwhile, the file is one that can be opened. So one that is kept can be gone on with, and its
/// rows be read again.
public final class DatasetWriter {
  private let output: AtomicFile
  /// Nil while rows are written to places that they have.
  private var file: File?
  private let schema: DatasetSchema
  private let threads = ColumnWriter.Threads()
  /// What has the disk start on what was written.
  private let starts = DispatchGroup()
  private var columns: [SplitName: [FileFormat.Column: ColumnWriter]] = [:]

  /// Creates the file under a temporary name beside `path`.
  ///
  /// - Parameter replacingExisting: whether a file named `path` may be replaced in the end.
  public convenience init(
    path: String, schema: DatasetSchema, storage: StorageOptions = StorageOptions(),
    replacingExisting: Bool = false
  ) throws(DatasetError) {
    try self.init(
      path: path, schema: schema, storage: storage, replacingExisting: replacingExisting,
      keptAt: nil)
  }

  /// - Parameters:
  ///   - keptPath: the temporary name, where what was written stays when the writer is dropped; only
  ///     without compression, and in the same file system. Nil for a name that is removed.
  ///   - stored: rows of each split that an earlier writer has stored there. The same rows are to be
  ///     appended again, and are not written.
  package init(
    path: String, schema: DatasetSchema, storage: StorageOptions, replacingExisting: Bool,
    keptAt keptPath: String?, stored: [SplitName: Int] = [:]
  ) throws(DatasetError) {
    precondition(!schema.rows.isEmpty && schema.rows.values.allSatisfy { $0 > 0 }, "no rows")
    precondition(
      schema.featureBytes > 0 && (schema.targetType == nil || schema.targetBytes > 0), "empty rows")
    precondition(keptPath == nil || storage.compression == .none, "compressed rows have no places")
    self.schema = schema
    let output = try AtomicFile(
      target: path, replacingExisting: replacingExisting, keptAt: keptPath)
    self.output = output
    output.forgetReplaced()
    let forms = Self.forms(schema, storage)
    let isNew = stored.values.allSatisfy { $0 == 0 }
    switch storage.compression {
    case .none:
      if isNew { try Self.makePlaces(forms, in: output) }
      try makeColumns(forms, isOwn: isNew, stored)
    case .gzip(let level): try makeColumns(forms, level: level)
    }
  }

  deinit { settle() }

  /// Appends rows to a split, in the machine's byte order.
  ///
  /// - Parameters:
  ///   - features: (rows, …feature shape) of the schema's type.
  ///   - targets: likewise; empty if the schema has none.
  ///   - weights: one for each row, if the schema has weights.
  ///   - rowNumbers: each row's number in its source.
  public func append(
    to split: SplitName, features: UnsafeRawBufferPointer, targets: UnsafeRawBufferPointer,
    weights: [Float] = [], rowNumbers: [Int]
  ) throws(DatasetError) {
    let rows = rowNumbers.count
    guard let columns = columns[split] else { preconditionFailure("no split \(split)") }
    precondition(
      features.count == rows * schema.featureBytes && targets.count == rows * schema.targetBytes
        && weights.count == (schema.hasWeights ? rows : 0), "columns of different lengths")
    try columns[.features]!.append(features)
    try columns[.targets]?.append(targets)
    try columns[.weights]?.append(weights)
    try columns[.row]!.append(rowNumbers.map(Int64.init))
    guard file != nil else { return }
    nonisolated(unsafe) let output = output
    threads.chunks.async(group: starts) {
      // Where that fails, so does `commit`.
      try? output.startWriting()
    }
  }

  /// Writes what remains and gives the file its name, durably.
  ///
  /// - Returns: the content's fingerprint.
  @discardableResult
  public func finish(_ information: DatasetInformation) throws(DatasetError) -> String {
    for column in columns.values.flatMap(\.values) { try column.wait() }
    starts.wait()
    let fingerprint = fingerprint()
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      let file = if let file { file } else { try File(reopening: output.temporaryPath) }
      self.file = file
      try writeChecksums(to: file)
      try information.write(to: file.attributes, fingerprint: fingerprint)
      try file.close()
    }
    try output.commit()
    return fingerprint
  }

  /// Gives up, and removes what was written, unless it is kept.
  public func cancel() {
    settle()
    try? file?.close()
    output.cancel()
  }

  /// Returns when nothing is being written any more, whatever became of it.
  private func settle() {
    for column in columns.values.flatMap(\.values) { try? column.wait() }
    starts.wait()
  }

  private func writeChecksums(to file: File) throws(HDF5Error) {
    for (split, columns) in columns.sorted(by: { $0.key < $1.key }) {
      for column in FileFormat.Column.allCases {
        guard let writer = columns[column] else { continue }
        let checksums = try file.createDataset(
          "\(split)/\(column.checksums)", .uint32, shape: [writer.checksums.count])
        try checksums.write(writer.checksums)
        try checksums.attributes.set(
          FileFormat.rowsPerChecksum, to: Int64(writer.rowsPerChecksum))
      }
    }
  }

  /// The same for the same rows in the same order, whatever their chunks and compression: `sha256:`
  /// and the SHA-256, in hexadecimal, of a line of text for each column,
  ///
  ///     train/features uint8 [60000, 28, 28] DIGEST
  ///
  /// with the type and shape as NumPy writes them and the `RowsDigest` of its rows, little-endian.
  /// Splits come in the order train, validation, test, and columns in that of `FileFormat.Column`.
  private func fingerprint() -> String {
    let whole = Fingerprint()
    for (split, columns) in columns.sorted(by: { $0.key < $1.key }) {
      for column in FileFormat.Column.allCases {
        guard let writer = columns[column] else { continue }
        precondition(writer.isComplete, "\(split)/\(column) has fewer rows than its schema")
        whole.add("\(split)/\(column) \(writer.form) \(writer.finishDigest())\n")
      }
    }
    return "sha256:" + whole.finish()
  }
}

/// Making the columns.
extension DatasetWriter {
  private typealias Forms = [SplitName: [FileFormat.Column: ColumnForm]]

  private static func forms(_ schema: DatasetSchema, _ storage: StorageOptions) -> Forms {
    let chunkRows = storage.chunkRows(rowBytes: schema.featureBytes)
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
  private static func makePlaces(_ forms: Forms, in output: AtomicFile) throws(DatasetError) {
    let path = output.temporaryPath
    let indexBytes = forms.values.flatMap(\.values).reduce(0) { $0 + $1.chunkIndexBytes }
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      let file = try File(
        creating: path, metadataBytes: indexBytes == 0 ? nil : indexBytes + headerBytes)
      for split in forms.keys.sorted() { try file.createGroup(split.rawValue) }
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
  private func makeColumns(
    _ forms: Forms, isOwn: Bool, _ stored: [SplitName: Int]
  ) throws(DatasetError) {
    let path = output.temporaryPath
    let file = try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      try isOwn ? File(reopening: path) : File(opening: path)
    }
    try output.open()
    for (split, column, form) in Self.inOrder(forms) {
      let places = try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
        let dataset = try file.dataset("\(split)/\(column)")
        return try dataset.isLike(form) ? dataset.chunkFileOffsets : []
      }
      guard !places.isEmpty else {
        throw DatasetError(
          file: path, dataset: "/\(split)/\(column)", problem: "is not what was kept here")
      }
      columns[split, default: [:]][column] = try ColumnWriter(form, threads: threads) { _ in
        PlacedChunks(
          output, places: places, chunkBytes: form.chunkBytes,
          storedBytes: (stored[split] ?? 0) * form.rowBytes)
      }
    }
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in try file.close() }
  }

  /// Creates the file, to which the library writes compressed chunks.
  private func makeColumns(_ forms: Forms, level: Int) throws(DatasetError) {
    let (path, target) = (output.temporaryPath, output.target)
    let file = try DatasetError.converting(file: target) { () throws(HDF5Error) in
      let file = try File(creating: path)
      for split in forms.keys.sorted() { try file.createGroup(split.rawValue) }
      return file
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
      columns[split, default: [:]][column] = try ColumnWriter(form, threads: threads) { chunks in
        CompressedChunks(
          dataset, chunkRows: form.chunkRows, chunkBytes: form.chunkBytes, chunks: chunks,
          encoder: encoder, file: target)
      }
    }
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

/// Of a writer without compression.
extension DatasetWriter {
  /// Stores all rows that came, so that they can be read, and a later writer could go on behind them
  /// once `synchronize` has returned.
  package func storeAll() throws(DatasetError) {
    for column in columns.values.flatMap(\.values) { try column.storeAll() }
  }

  /// Waits until the disk has what was stored before. Any thread may call it.
  /// - Returns: 0, or the number of the error.
  package func synchronize() -> Int32 { output.synchronize() }

  /// Fills memory with the features of stored rows.
  ///
  /// - Parameter row: the first one.
  package func readFeatures(
    of split: SplitName, row: Int, into memory: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    try columns[split]![.features]!.read(row: row, into: memory)
  }

  /// Reads all but the features of stored rows.
  package func readBesideFeatures(
    of split: SplitName, rows: Range<Int>
  ) throws(DatasetError) -> (targets: [UInt8], weights: [Float], rowNumbers: [Int]) {
    let (columns, count) = (columns[split]!, rows.count)
    func read<Value: BitwiseCopyable>(
      _ column: FileFormat.Column, _ values: Int, _: Value.Type
    ) throws(DatasetError) -> [Value] {
      guard let column = columns[column] else { return [] }
      let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: values * MemoryLayout<Value>.stride, alignment: 64)
      defer { bytes.deallocate() }
      try column.read(row: rows.lowerBound, into: bytes)
      return Array(bytes.bindMemory(to: Value.self))
    }
    return (
      try read(.targets, count * schema.targetBytes, UInt8.self),
      try read(.weights, count, Float.self),
      try read(.row, count, Int64.self).map { Int($0) }
    )
  }
}

extension HDF5.Dataset {
  /// Whether it is such a column, its chunks in their places.
  fileprivate func isLike(_ form: ColumnForm) throws(HDF5Error) -> Bool {
    guard case .number(form.type, .native) = storedType else { return false }
    return try shape == form.shape && layout == .chunked(form.chunkShape) && filters.isEmpty
  }
}
