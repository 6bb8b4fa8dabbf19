import CDeflate

/// The CRC-32 of `bytes` (the one of zlib and gzip), or of what had the checksum `start` and `bytes`
/// after it.
///
/// The corresponding C function is `libdeflate_crc32`.
package func crc32(_ bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
  // Without an address it would start anew.
  bytes.isEmpty ? start : libdeflate_crc32(start, bytes.baseAddress, bytes.count)
}
