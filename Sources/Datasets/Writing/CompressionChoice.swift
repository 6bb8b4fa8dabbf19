/// A compression that was chosen by what it does to a sample of the rows. The same rows make the same
/// choice: sizes are compared, never times.
public struct CompressionChoice: Sendable, Equatable {
  public let compression: StorageOptions.Compression
  /// What the sample became with it, as a part of its size.
  public let ratio: Double

  /// At least so large a part must be saved: by compressing at all, and by a slower level over a
  /// faster one.
  private static let worthwhile = 0.1
  private static let levels = [1, 6]
  /// So much is enough to tell.
  private static let sampleBytes = 1 << 20

  /// - Parameters:
  ///   - features: rows that follow one another, of which some chunks are compressed.
  ///   - elementBytes: of a number.
  ///   - chunkBytes: of a chunk.
  public init(sampling features: UnsafeRawBufferPointer, elementBytes: Int, chunkBytes: Int) {
    let chunks = Self.sample(features, chunkBytes: max(1, min(chunkBytes, features.count)))
    let whole = Double(max(1, chunks.reduce(0) { $0 + $1.count }))
    var best = (compression: StorageOptions.Compression.none, ratio: 1.0)
    let compressors = Compressors()
    for level in Self.levels {
      let encoder = ChunkEncoder(
        elementBytes: elementBytes, level: level, compressors: compressors)
      let ratio = Double(chunks.reduce(0) { $0 + encoder.encodedSize(of: $1) }) / whole
      if ratio < best.ratio * (1 - Self.worthwhile) { best = (.gzip(level: level), ratio) }
    }
    (compression, ratio) = best
  }

  /// Chunks from everywhere in the rows.
  private static func sample(
    _ features: UnsafeRawBufferPointer, chunkBytes: Int
  ) -> [UnsafeRawBufferPointer] {
    let chunks = features.count / chunkBytes
    let wanted = max(1, min(chunks, sampleBytes / chunkBytes))
    return (0..<wanted).map { index in
      let start = index * chunks / wanted * chunkBytes
      return UnsafeRawBufferPointer(rebasing: features[start..<start + chunkBytes])
    }
  }
}

extension ChunkEncoder {
  /// Bytes that a chunk becomes.
  fileprivate func encodedSize(of chunk: UnsafeRawBufferPointer) -> Int {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: chunk.count + bound(chunk.count), alignment: 64)
    defer { memory.deallocate() }
    return encode(
      chunk, scratch: UnsafeMutableRawBufferPointer(rebasing: memory[..<chunk.count]),
      into: UnsafeMutableRawBufferPointer(rebasing: memory[chunk.count...]))
  }
}
