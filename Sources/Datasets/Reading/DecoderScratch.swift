import CDeflate

/// The memory and the decompressor of one thread that decodes chunks, kept from chunk to chunk.
final class DecoderScratch {
  /// A chunk as it is stored, and what it is between two filters.
  private(set) var stored = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private(set) var first = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private(set) var second = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// A decoded chunk, of which only a part is wanted.
  private(set) var chunk = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  // Fails only for want of memory.
  let decompressor = libdeflate_alloc_decompressor()!

  deinit {
    stored.deallocate()
    first.deallocate()
    second.deallocate()
    chunk.deallocate()
    libdeflate_free_decompressor(decompressor)
  }

  func reserveStored(_ bytes: Int) { Self.reserve(&stored, bytes) }
  func reserveChunk(_ bytes: Int) { Self.reserve(&chunk, bytes) }
  func reserveFirst(_ bytes: Int) { Self.reserve(&first, bytes) }
  func reserveSecond(_ bytes: Int) { Self.reserve(&second, bytes) }

  private static func reserve(_ buffer: inout UnsafeMutableRawBufferPointer, _ bytes: Int) {
    guard buffer.count < bytes else { return }
    buffer.deallocate()
    buffer = .allocate(byteCount: bytes, alignment: 64)
  }
}
