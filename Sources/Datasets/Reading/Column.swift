import HDF5

/// One dataset of a split: numbers in rows.
struct Column: Sendable {
  let file: File
  let dataset: HDF5.Dataset
  let type: ElementType
  /// (rows, …row shape)
  let shape: [Int]
  let checksums: Checksums?
  /// The descriptor that the library reads the column's file through, and how that file was; nil where
  /// it has none.
  let source: (descriptor: Int32, state: FileState)?
  /// The files besides that its numbers lie in, where that is allowed, and how they were. The library
  /// opens them when it reads, by their paths.
  let elsewhere: [(file: SourceFile, state: FileState)]

  var path: String { dataset.path }
  var rows: Int { shape[0] }
  var rowShape: [Int] { Array(shape.dropFirst()) }
  var rowBytes: Int { rowShape.reduce(type.byteCount, *) }
  /// Numbers in a row.
  var width: Int { rowShape.reduce(1, *) }

  /// Rows of a stored chunk; nil where the dataset is not chunked.
  var chunkRows: Int? {
    guard case .chunked(let chunk) = dataset.layout else { return nil }
    return chunk[0]
  }

  /// Opens a dataset and checks that it is numbers in rows, at least one, of at least one number.
  init(_ path: String, in file: File) throws(DatasetError) {
    self.file = file
    (dataset, shape) = try DatasetError.converting { () throws(HDF5Error) in
      // Chunks that are read once and whole gain nothing from a cache.
      let dataset = try file.dataset(path)
      return (dataset, try dataset.shape)
    }
    guard case .number(let type, _) = dataset.storedType else {
      throw DatasetError(
        file: file.path, dataset: path, problem: "holds \(dataset.storedType)",
        expected: "integers or floats")
    }
    self.type = type
    guard !shape.isEmpty else {
      throw DatasetError(
        file: file.path, dataset: path, problem: "is a single number", expected: "rows")
    }
    guard !shape.contains(0) else {
      throw DatasetError(
        file: file.path, dataset: path,
        problem: shape[0] == 0 ? "has 0 rows" : "has empty rows (its shape is \(shape))",
        expected: "at least one")
    }
    guard shape[0] <= Int(Int32.max) else {
      throw DatasetError(
        file: file.path, dataset: path, problem: "has \(shape[0]) rows",
        expected: "at most \(Int32.max)")
    }
    checksums = try Checksums(of: path, rows: shape[0], in: file)
    let dataset = dataset
    let (descriptor, files) = try DatasetError.converting { () throws(HDF5Error) in
      (try dataset.fileDescriptor, try dataset.sourceFiles())
    }
    source = descriptor.flatMap { descriptor in
      FileState(of: descriptor).map { (descriptor, $0) }
    }
    elsewhere = try files.map { source throws(DatasetError) in
      if let state = FileState(at: source.path) { return (source, state) }
      throw DatasetError(
        file: file.path, dataset: path, problem: "has its data in \(source.path), which is gone")
    }
  }

  /// Throws where a file of the column was written to, or one that is opened by its path replaced,
  /// since the column was opened.
  func checkUnchanged(_ rows: Range<Int>) throws(DatasetError) {
    if let source, let now = FileState(of: source.descriptor), now != source.state {
      let place = elsewhere.isEmpty ? place(ofRow: rows.lowerBound) : ""
      throw changed(fileName, from: source.state, to: now, rows, place)
    }
    let bytes = rows.lowerBound * rowBytes..<rows.upperBound * rowBytes
    for (file, state) in elsewhere where file.bytes.overlaps(bytes) {
      let now = FileState(at: file.path)
      if now != state {
        let place = file.offset.map {
          ", at byte \($0 + max(bytes.lowerBound, file.bytes.lowerBound) - file.bytes.lowerBound)"
        }
        throw changed(file.path, from: state, to: now, rows, place ?? "")
      }
    }
  }

  private func changed(
    _ file: String, from state: FileState, to now: FileState?, _ rows: Range<Int>, _ place: String
  ) -> DatasetError {
    let found =
      switch now {
      case nil: "is gone"
      case let now? where !now.isOfSameFile(as: state): "is another one now"
      case let now? where now.size != state.size: "has \(now.size) bytes now"
      default: "was written to"
      }
    return error(
      "was changed while it was read: \(file) \(found), in rows "
        + "\(rows.lowerBound) to \(rows.upperBound - 1)" + place,
      expected: "the \(state.size) bytes of when it was opened, and nobody to write to it",
      remedy: "get the file again, and leave it alone while it is read")
  }

  /// ", at byte 4096 of the file", for messages about data; empty where a row has no place of its own.
  func place(ofRow row: Int) -> String {
    let tile = [row / (chunkRows ?? 1) * (chunkRows ?? 1)] + rowShape.map { _ in 0 }
    return place(ofTile: tile)
  }

  /// - Parameter tile: the first element of a chunk, or of any row of a contiguous dataset.
  func place(ofTile tile: [Int]) -> String {
    let byte = tile[0] * rowBytes
    if let (file, _) = elsewhere.first(where: { $0.file.bytes.contains(byte) }) {
      let place = file.offset.map { "at byte \($0 + byte - file.bytes.lowerBound) of" }
      return ", \(place ?? "from") \(file.path)"
    }
    let offset =
      switch dataset.layout {
      case .chunked: try? dataset.chunkFileOffset(at: tile)
      default: (try? dataset.fileOffset).map { $0 + byte }
      }
    return offset.map { ", at byte \($0) of \(fileName)" } ?? ""
  }

  /// What the column's own file is called in messages that name the file that was opened: behind a
  /// link it is another one.
  var fileName: String {
    let path = (try? dataset.filePath) ?? file.path
    return path == file.path ? "the file" : path
  }

  func error(_ problem: String, expected: String? = nil, remedy: String? = nil) -> DatasetError {
    DatasetError(
      file: file.path, dataset: path, problem: problem, expected: expected, remedy: remedy)
  }
}
