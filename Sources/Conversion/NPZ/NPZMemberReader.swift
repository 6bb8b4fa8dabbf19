import CZip

/// Reads a member of an archive front to back, decompressing it on the way; libzip compares its
/// checksum at the end.
final class NPZMemberReader: ByteReader {
  let path: String
  /// Bytes that the archive's directory declares.
  let declaredBytes: Int
  let mostBytes: Int
  private(set) var position = 0
  private let archive: NPZArchive
  private let member: OpaquePointer

  /// - Parameters:
  ///   - member: the open member; closed in the end.
  ///   - storedBytes: bytes of the member in the archive.
  init(
    path: String, archive: NPZArchive, member: OpaquePointer, byteCount: Int, storedBytes: Int
  ) {
    self.path = path
    self.archive = archive
    self.member = member
    declaredBytes = byteCount
    let (most, overflow) = storedBytes.multipliedReportingOverflow(
      by: Compression.gzip.largestRatio)
    mostBytes = min(byteCount, overflow ? .max : most)
  }

  deinit { zip_fclose(member) }

  /// What the directory declares is to be shown by reading.
  var byteCount: Int? { nil }

  func read(into bytes: UnsafeMutableRawBufferPointer) throws(ConversionError) -> Int {
    var filled = 0
    while filled < bytes.count {
      let wanted = min(bytes.count - filled, 1 << 30)
      let count = zip_fread(member, bytes.baseAddress! + filled, UInt64(wanted))
      guard count >= 0 else {
        let reason = String(cString: zip_error_strerror(zip_file_get_error(member)))
        throw ConversionError(
          subject: path,
          problem: "has damaged data, after \(position) decompressed bytes (\(reason))",
          remedy: "the file is damaged: get it again")
      }
      if count == 0 { break }
      filled += Int(count)
      position += Int(count)
    }
    return filled
  }
}
