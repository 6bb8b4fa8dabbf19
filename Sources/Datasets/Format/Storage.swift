/// How a dataset file lays its rows out on disk. It changes neither their content nor their
/// fingerprint.
public struct Storage: Sendable, Equatable {
  public enum Compression: Sendable, Equatable {
    case none
    /// Deflate after HDF5's byte shuffle, at level 1 (fast) to 9 (small).
    case gzip(level: Int)
  }

  public var compression: Compression
  /// Bytes of a chunk of features, decoded: a chunk holds as many whole rows as fit, at least one.
  public var chunkBytes: Int

  public init(compression: Compression = .gzip(level: 4), chunkBytes: Int = 128 << 10) {
    self.compression = compression
    self.chunkBytes = chunkBytes
  }

  /// Rows of a chunk. All datasets of a split share it, so that a chunk of features, targets and
  /// weights is about the same rows.
  func chunkRows(rowBytes: Int) -> Int { max(1, chunkBytes / max(1, rowBytes)) }
}
