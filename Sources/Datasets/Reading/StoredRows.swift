import HDF5

/// Rows of a split as they are stored, for programs that store them anew. One thread may read.
package final class StoredRows {
  package let featureType: ElementType
  package let targetType: ElementType
  /// A row's shape; empty for one number a row.
  package let targetShape: [Int]
  package let hasWeights: Bool
  /// The paths of the datasets in their file, the first one of several.
  package let paths: (features: String, targets: String, weights: String?)
  private let parts: [Part]
  private let scratch = DecoderScratch()

  /// The rows of one file.
  private struct Part {
    let first: Int
    let rows: Int
    let features: ColumnReader
    let targets: ColumnReader
    let weights: ColumnReader?

    var readers: [ColumnReader] { [features, targets, weights].compactMap { $0 } }

    /// The rows of a range that are here, and their numbers here.
    func rows(of range: Range<Int>) -> (wanted: Range<Int>, own: Range<Int>) {
      let wanted = range.clamped(to: first..<first + rows)
      return (wanted, wanted.lowerBound - first..<wanted.upperBound - first)
    }
  }

  init(_ columns: [SplitColumns]) throws(DatasetError) {
    var parts: [Part] = []
    let first = try Self.targets(of: columns[0])
    for columns in columns {
      let part = Part(
        first: parts.last.map { $0.first + $0.rows } ?? 0, rows: columns.rows,
        features: try ColumnReader(columns.features),
        targets: try ColumnReader(Self.targets(of: columns)),
        weights: try columns.weights.map { weights throws(DatasetError) in
          try ColumnReader(weights)
        })
      for reader in part.readers { reader.keep(bytes: reader.unitBytes) }
      parts.append(part)
    }
    self.parts = parts
    featureType = columns[0].features.type
    targetType = first.type
    targetShape = first.width == 1 ? [] : first.rowShape
    hasWeights = columns[0].weights != nil
    paths = (columns[0].features.path, first.path, columns[0].weights?.path)
  }

  private static func targets(of columns: SplitColumns) throws(DatasetError) -> Column {
    if let targets = columns.targets { return targets }
    throw columns.features.error("stands without targets", expected: "targets for each row")
  }

  /// Reads rows, in the machine's byte order and verified.
  ///
  /// - Parameters:
  ///   - features: exactly as many bytes as the rows have; `targets` likewise.
  package func read(
    _ rows: Range<Int>, features: UnsafeMutableRawBufferPointer,
    targets: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    for part in parts {
      try read(rows, by: part.features, of: part, into: features)
      try read(rows, by: part.targets, of: part, into: targets)
    }
  }

  /// Reads the targets of rows alone.
  package func readTargets(
    _ rows: Range<Int>, into targets: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    for part in parts { try read(rows, by: part.targets, of: part, into: targets) }
  }

  /// Reads those rows of a range that a part has, to their places in memory for all of the range.
  private func read(
    _ rows: Range<Int>, by reader: ColumnReader, of part: Part,
    into memory: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    let (wanted, own) = part.rows(of: rows)
    if wanted.isEmpty { return }
    let rowBytes = reader.column.rowBytes
    let place = (wanted.lowerBound - rows.lowerBound) * rowBytes
    try reader.read(
      own,
      into: UnsafeMutableRawBufferPointer(
        rebasing: memory[place..<place + wanted.count * rowBytes]),
      scratch: scratch)
  }

  /// Reads the weights of rows, good or bad: NaN, infinite and negative ones as well. Any thread may,
  /// also while another one reads features and targets.
  package func readWeights(
    _ rows: Range<Int>, into weights: UnsafeMutableBufferPointer<Float>
  ) throws(DatasetError) {
    for part in parts {
      let (wanted, own) = part.rows(of: rows)
      guard let reader = part.weights, !wanted.isEmpty else { continue }
      let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: own.count * reader.column.rowBytes, alignment: 64)
      defer { memory.deallocate() }
      try reader.read(own, into: memory, scratch: DecoderScratch())
      reader.column.convertFloats(
        UnsafeRawBufferPointer(memory),
        into: weights.baseAddress! + wanted.lowerBound - rows.lowerBound)
    }
  }
}

extension Dataset {
  /// The rows of a split, to be read as they are stored.
  package func storedRows(_ split: SplitName) throws(DatasetError) -> StoredRows {
    try StoredRows(columns(of: split))
  }
}
