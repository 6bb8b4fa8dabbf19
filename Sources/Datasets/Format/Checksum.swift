import CDeflate

/// The CRC-32 of `bytes` (the one of zlib and gzip).
///
/// - Parameter start: the CRC-32 of what comes before them.
///
/// The corresponding C function is `libdeflate_crc32`.
package func crc32(
  _ bytes: UnsafeRawBufferPointer, after start: UInt32 = 0
) -> UInt32 {
  libdeflate_crc32(start, bytes.baseAddress, bytes.count)
}
