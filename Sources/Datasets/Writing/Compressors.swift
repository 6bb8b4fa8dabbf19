import CDeflate
import Synchronization

/// Compressors, each of which one thread at a time may use; they are used again, since one is as
/// large as several chunks. Any thread may ask.
final class Compressors: Sendable {
  private struct Compressor: @unchecked Sendable {
    let handle: OpaquePointer
  }

  /// By their level.
  private let idle = Mutex<[Int: [Compressor]]>([:])

  deinit {
    idle.withLock { idle in
      for compressor in idle.values.joined() { libdeflate_free_compressor(compressor.handle) }
    }
  }

  func borrow<Result>(level: Int, _ body: (OpaquePointer) -> Result) -> Result {
    let known = idle.withLock { $0[level]?.popLast() }
    // Fails only for want of memory.
    let compressor = known ?? Compressor(handle: libdeflate_alloc_compressor(Int32(level))!)
    defer { idle.withLock { $0[level, default: []].append(compressor) } }
    return body(compressor.handle)
  }
}
