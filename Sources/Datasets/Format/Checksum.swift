import CDeflate

/// The CRC-32 of `bytes` (the one of zlib and gzip).
///
/// The corresponding C function is `libdeflate_crc32`.
package func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  libdeflate_crc32(0, bytes.baseAddress, bytes.count)
}
