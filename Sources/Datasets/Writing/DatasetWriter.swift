import Dispatch
import HDF5

/// Writes a dataset file, split by split and band by band; it has its name only when complete.
///
/// Call `append` until every split has the rows that its schema says, then `finish`. A writer that
/// is dropped or cancelled before leaves nothing. One thread at a time may use it; what it was given
/// is hashed and stored on others, while that thread makes the next rows.
///
/// Chunks that are not compressed get their places before the first row comes, and are written there
/// past the library, which has the file open only before and after: whatever ends the process
/// meanwhile, the file is one that can be opened. So one that is kept can be gone on with, and its
/// rows be read again.
public final class DatasetWriter {
  let output: AtomicFile
  /// Nil while rows are written to places that they have.
  var file: File?
  let schema: DatasetSchema
  let threads = ColumnWriter.Threads()
  /// What has the disk start on what was written.
  private let starts = DispatchGroup()
  var columns: [SplitName: [FileFormat.Column: ColumnWriter]] = [:]

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
  ///   - pastCache: whether rows that are not compressed go past the system's cache of files, as far as
  ///     they can: for more of them than should be kept there.
  package init(
    path: String, schema: DatasetSchema, storage: StorageOptions, replacingExisting: Bool,
    keptAt keptPath: String?, stored: [SplitName: Int] = [:], pastCache: Bool = false
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
      try makeColumns(forms, isOwn: isNew, stored, pastCache: pastCache)
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
    // Stored as int64, which Int is.
    try columns[.row]!.append(rowNumbers)
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

  /// The same for the same rows in the same order, whatever their chunks and compression: `xxh3:`
  /// and the `ContentHash` of a line of text for each column,
  ///
  ///     train/features uint8 [60000, 28, 28] HASH
  ///
  /// with the type and shape as NumPy writes them and the `ContentHash` of its rows, little-endian.
  /// Splits come in the order train, validation, test, and columns in that of `FileFormat.Column`.
  private func fingerprint() -> String {
    let whole = ContentHash()
    for (split, columns) in columns.sorted(by: { $0.key < $1.key }) {
      for column in FileFormat.Column.allCases {
        guard let writer = columns[column] else { continue }
        precondition(writer.isComplete, "\(split)/\(column) has fewer rows than its schema")
        whole.add("\(split)/\(column) \(writer.form) \(writer.hashText)\n")
      }
    }
    return "xxh3:" + whole.text
  }
}
