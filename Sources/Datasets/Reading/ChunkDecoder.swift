import CDeflate
import HDF5

/// Undoes HDF5's shuffle and deflate filters outside the library, and so outside its lock.
struct ChunkDecoder {
  let elementBytes: Int
  /// Where the filters stand in the dataset's pipeline, for the filter mask of each chunk.
  private var shuffleBit: UInt32 = 0
  private var deflateBit: UInt32 = 0

  /// - Returns: nil for a pipeline of other filters.
  init?(filters: [Filter], elementBytes: Int) {
    self.elementBytes = elementBytes
    for (index, filter) in filters.enumerated() {
      switch filter {
      case .shuffle where shuffleBit == 0 && deflateBit == 0: shuffleBit = 1 << index
      case .deflate where deflateBit == 0: deflateBit = 1 << index
      default: return nil
      }
    }
  }

  /// - Parameters:
  ///   - filterMask: which filters this chunk was stored without.
  ///   - scratch: as large as the chunk.
  ///   - chunk: receives the decoded bytes.
  /// - Returns: whether the stored bytes decode to exactly a chunk.
  func decode(
    _ stored: UnsafeRawBufferPointer, filterMask: UInt32,
    scratch: UnsafeMutableRawBufferPointer, into chunk: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let isShuffled = shuffleBit & ~filterMask != 0 && elementBytes > 1
    let target = isShuffled ? scratch : chunk
    if deflateBit & ~filterMask != 0 {
      // Fails only for want of memory.
      let decompressor = libdeflate_alloc_decompressor()!
      defer { libdeflate_free_decompressor(decompressor) }
      // Without a place for the size, anything but exactly `chunk.count` bytes is a failure.
      let result = libdeflate_zlib_decompress(
        decompressor, stored.baseAddress, stored.count, target.baseAddress, chunk.count, nil)
      guard result == LIBDEFLATE_SUCCESS else { return false }
    } else {
      guard stored.count == chunk.count else { return false }
      target.copyMemory(from: stored)
    }
    if isShuffled { unshuffle(UnsafeRawBufferPointer(scratch), into: chunk) }
    return true
  }

  private func unshuffle(
    _ shuffled: UnsafeRawBufferPointer, into chunk: UnsafeMutableRawBufferPointer
  ) {
    let elements = chunk.count / elementBytes
    let source = shuffled.baseAddress!
    let target = chunk.baseAddress!
    for byte in 0..<elementBytes {
      for element in 0..<elements {
        target.storeBytes(
          of: source.load(fromByteOffset: byte * elements + element, as: UInt8.self),
          toByteOffset: element * elementBytes + byte, as: UInt8.self)
      }
    }
  }
}
