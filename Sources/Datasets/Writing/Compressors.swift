import CDeflate

/// Compressors, each of which one thread at a time may use; one is as large as several chunks. Any
/// thread may ask.
final class Compressors: Sendable {
  /// By their level.
  private let idle = (0...12).map { _ in Pool<OpaquePointer>() }

  deinit {
    for pool in idle {
      while let compressor = pool.take() { libdeflate_free_compressor(compressor) }
    }
  }

  func borrow<Result>(level: Int, _ body: (OpaquePointer) -> Result) -> Result {
    // Fails only for want of memory.
    let compressor = idle[level].take() ?? libdeflate_alloc_compressor(Int32(level))!
    defer { idle[level].give(compressor) }
    return body(compressor)
  }
}
