import Dispatch
import HDF5

/// Writes a dataset file, split by split and band by band; it has its name only when complete.
///
/// Call `append` until every split has the rows that its schema says, then `finish`. A writer that
/// is dropped or cancelled before leaves nothing. One thread at a time may use it; what it was given
/// is digested, encoded and written on others, while that thread makes the next rows.
public final class DatasetWriter {
  private let output: AtomicFile
  private let file: File
  private let schema: DatasetSchema
  private let threads = ColumnWriter.Threads()
  /// What has the disk start on what was written.
  private let starts = DispatchGroup()
  private var columns: [SplitName: [FileFormat.Column: ColumnWriter]] = [:]

  /// Creates the file under a temporary name beside `path`.
  ///
  /// - Parameter replacingExisting: whether a file named `path` may be replaced in the end.
  public init(
    path: String, schema: DatasetSchema, storage: StorageOptions = StorageOptions(),
    replacingExisting: Bool = false
  ) throws(DatasetError) {
    precondition(!schema.rows.isEmpty && schema.rows.values.allSatisfy { $0 > 0 }, "no rows")
    precondition(
      schema.featureBytes > 0 && (schema.targetType == nil || schema.targetBytes > 0), "empty rows")
    self.schema = schema
    let output = try AtomicFile(target: path, replacingExisting: replacingExisting)
    self.output = output
    output.forgetReplaced()
    file = try DatasetError.converting(file: path) { () throws(HDF5Error) in
      try File(creating: output.temporaryPath)
    }
    let threads = threads
    for (split, rows) in schema.rows.sorted(by: { $0.key < $1.key }) {
      columns[split] = try DatasetError.converting(file: path) { () throws(HDF5Error) in
        try Self.createColumns(
          in: file.createGroup(split.rawValue), schema: schema, rows: rows, storage: storage,
          threads: threads)
      }
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
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      try columns[.features]!.append(features)
      try columns[.targets]?.append(targets)
      try columns[.weights]?.append(weights)
      try columns[.row]!.append(rowNumbers.map(Int64.init))
    }
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
    var fingerprint = ""
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      for column in columns.values.flatMap(\.values) { try column.wait() }
      starts.wait()
      fingerprint = self.fingerprint()
      try writeChecksums()
      try information.write(to: file.attributes, fingerprint: fingerprint)
      try file.close()
    }
    try output.commit()
    return fingerprint
  }

  /// Gives up, and removes what was written.
  public func cancel() {
    settle()
    try? file.close()
    output.cancel()
  }

  /// Returns when nothing is being written any more, whatever became of it.
  private func settle() {
    for column in columns.values.flatMap(\.values) { try? column.wait() }
    starts.wait()
  }

  private static func createColumns(
    in group: Group, schema: DatasetSchema, rows: Int, storage: StorageOptions,
    threads: ColumnWriter.Threads
  ) throws(HDF5Error) -> [FileFormat.Column: ColumnWriter] {
    let chunkRows = storage.chunkRows(rowBytes: schema.featureBytes)
    func column(_ column: FileFormat.Column, _ type: ElementType, _ shape: [Int])
      throws(HDF5Error) -> ColumnWriter
    {
      let rowBytes = shape.reduce(type.byteCount, *)
      return try ColumnWriter(
        group: group, name: column.rawValue, type: type, rowShape: shape, rows: rows,
        chunkRows: column == .features
          ? chunkRows : storage.chunkRows(rowBytes: rowBytes, besideChunksOf: chunkRows),
        compression: storage.compression, threads: threads)
    }
    var columns = [
      FileFormat.Column.features: try column(.features, schema.featureType, schema.featureShape),
      .row: try column(.row, .int64, []),
    ]
    if let type = schema.targetType {
      columns[.targets] = try column(.targets, type, schema.targetShape)
    }
    if schema.hasWeights { columns[.weights] = try column(.weights, .float32, []) }
    return columns
  }

  private func writeChecksums() throws(HDF5Error) {
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
