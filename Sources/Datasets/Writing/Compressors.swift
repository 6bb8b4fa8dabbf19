import CDeflate

/// Compressors, each of which one thread at a time may use; they are used again, since one is as
/// large as several chunks. Any thread may ask.
final class Compressors: @unchecked Sendable {
  private let monitor = Monitor()
  /// By their level; touched only inside `monitor.locked`.
  private var idle: [Int: [OpaquePointer]] = [:]

  deinit {
    for compressor in idle.values.joined() { libdeflate_free_compressor(compressor) }
  }

  func borrow<Result>(level: Int, _ body: (OpaquePointer) -> Result) -> Result {
    let known = monitor.locked { idle[level]?.popLast() }
    // Fails only for want of memory.
    let compressor = known ?? libdeflate_alloc_compressor(Int32(level))!
    defer { monitor.locked { idle[level, default: []].append(compressor) } }
    return body(compressor)
  }
}
