import CDeflate

/// Makes a stored chunk of a decoded one, as HDF5's shuffle and deflate filters do.
struct ChunkEncoder {
  let elementBytes: Int
  let level: Int

  /// Whether bytes are shuffled first: with one byte an element there is nothing to shuffle.
  var shuffles: Bool { elementBytes > 1 }

  /// The largest size that `encode` writes for a chunk of `byteCount`.
  func bound(_ byteCount: Int) -> Int { libdeflate_zlib_compress_bound(nil, byteCount) }

  /// - Parameters:
  ///   - scratch: as large as the chunk.
  ///   - out: of `bound` bytes.
  /// - Returns: the number of bytes written.
  func encode(
    _ chunk: UnsafeRawBufferPointer, scratch: UnsafeMutableRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) -> Int {
    var source = chunk
    if shuffles {
      shuffle(chunk, into: scratch)
      source = UnsafeRawBufferPointer(scratch)
    }
    // Fails only for want of memory.
    let compressor = libdeflate_alloc_compressor(Int32(level))!
    defer { libdeflate_free_compressor(compressor) }
    let count = libdeflate_zlib_compress(
      compressor, source.baseAddress, source.count, out.baseAddress, out.count)
    precondition(count > 0, "a buffer of the compressor's own bound was too small")
    return count
  }

  /// All first bytes of the elements, then all second ones, and so on.
  private func shuffle(_ chunk: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) {
    let elements = chunk.count / elementBytes
    precondition(out.count >= chunk.count, "no room for the chunk")
    guard let chunk = chunk.baseAddress, let out = out.baseAddress else { return }
    for byte in 0..<elementBytes {
      let source = chunk.assumingMemoryBound(to: UInt8.self) + byte
      let target = out.assumingMemoryBound(to: UInt8.self) + byte * elements
      for element in 0..<elements { target[element] = source[element * elementBytes] }
    }
  }
}
