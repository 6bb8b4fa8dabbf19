import HDF5

/// The fingerprint of a dataset file: the same for the same rows in the same order, whatever their
/// chunks and compression.
///
/// It is `sha256:` and the SHA-256, in hexadecimal, of a line of text for each column,
///
///     train/features uint8 [60000, 28, 28] DIGEST
///
/// with the type and shape as NumPy writes them and the `RowsDigest` of its rows, little-endian. Splits
/// come in the order train, validation, test, and columns in that of `FileFormat.Column`.
struct ContentFingerprint {
  private let lines = Fingerprint()

  /// Adds the next column.
  ///
  /// - Parameter shape: (rows, …row shape)
  func add(
    _ column: FileFormat.Column, of split: SplitName, _ type: ElementType, shape: [Int],
    _ digest: String
  ) {
    lines.add("\(split)/\(column) \(type) \(shape) \(digest)\n")
  }

  /// Nothing may be added afterwards.
  func finish() -> String { Self.scheme + lines.finish() }

  /// What tells it from the fingerprints of files that others made.
  static let scheme = "sha256:"

  /// Computes it of the rows of a file.
  static func reading(_ file: File) throws(DatasetError) -> String {
    let fingerprint = ContentFingerprint()
    for split in SplitName.allCases {
      for name in FileFormat.Column.allCases {
        let path = "/\(split)/\(name)"
        let kind = try DatasetError.converting { () throws(HDF5Error) in try file.kind(of: path) }
        guard kind == .dataset else { continue }
        let column = try Column(path, in: file)
        let digest = RowsDigest()
        try column.readBands { _, bytes in digest.add(bytes) }
        fingerprint.add(name, of: split, column.type, shape: column.shape, digest.finish())
      }
    }
    return fingerprint.finish()
  }
}
