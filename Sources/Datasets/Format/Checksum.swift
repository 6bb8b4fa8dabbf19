import CISAL

/// The CRC-32 of `bytes` (the one of zlib and gzip), or of what had the checksum `start` and `bytes`
/// after it.
///
/// - Parameter start: the CRC-32 of what comes before them.
///
/// The corresponding C function is `crc32_gzip_refl` of ISA-L.
package func crc32(_ bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
  crc32_gzip_refl(start, bytes.baseAddress, UInt64(bytes.count))
}
