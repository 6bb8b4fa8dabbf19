/// How a dataset file lays its rows out on disk. It changes neither their content nor their
/// fingerprint.
public struct StorageOptions: Sendable, Equatable {
  public enum Compression: Sendable, Equatable, CustomStringConvertible {
    case none
    /// Deflate after HDF5's byte shuffle, at level 1 (fast) to 9 (small).
    case gzip(level: Int)

    public var description: String {
      switch self {
      case .none: "none"
      case .gzip(let level): "gzip:\(level)"
      }
    }
  }

  public var compression: Compression
  /// Bytes of a chunk of features, decoded: a chunk holds as many whole rows as fit, at least one.
  public var chunkBytes: Int

  public init(compression: Compression = .gzip(level: 1), chunkBytes: Int = 128 << 10) {
    self.compression = compression
    self.chunkBytes = chunkBytes
  }

  /// Rows of a chunk of features.
  func chunkRows(rowBytes: Int) -> Int { max(1, chunkBytes / max(1, rowBytes)) }

  /// Rows of a chunk of a smaller dataset beside the features: as many of their chunks as make
  /// about 64 KiB, so that a band of rows is whole chunks of both.
  func chunkRows(rowBytes: Int, besideChunksOf rows: Int) -> Int {
    rows * max(1, (64 << 10) / (rows * max(1, rowBytes)))
  }
}
