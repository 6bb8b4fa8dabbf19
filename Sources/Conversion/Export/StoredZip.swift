import Datasets

/// Writes a zip archive of members that are stored as they are, as numpy.savez does; each may be of
/// any size (ZIP64). Own code, because libzip writes to a file of its own choice, which an interrupt
/// would leave behind.
final class StoredZip {
  private let file: AtomicFile
  private var position = 0
  private var directory: [UInt8] = []
  private var members = 0

  init(_ file: AtomicFile) {
    self.file = file
  }

  /// Adds a member.
  ///
  /// - Parameters:
  ///   - byteCount: exactly as many bytes as `body` writes.
  ///   - body: writes it, with what it is handed.
  func add(
    _ name: String, byteCount: Int,
    _ body: ((UnsafeRawBufferPointer) throws(DatasetError) -> Void) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let start = position
    // The checksum is known when all is written: the header comes last.
    let header = Self.localHeader(name, byteCount: byteCount, checksum: 0)
    position += header.count
    var checksum: UInt32 = 0
    try body { bytes throws(DatasetError) in
      checksum = crc32(bytes, after: checksum)
      try file.write(bytes, at: position)
      position += bytes.count
    }
    precondition(position - start == header.count + byteCount, "a member of another length")
    try write(Self.localHeader(name, byteCount: byteCount, checksum: checksum), at: start)
    directory += Self.entry(name, byteCount: byteCount, checksum: checksum, offset: start)
    members += 1
  }

  /// Writes the directory. The file is still to be committed.
  func finish() throws(DatasetError) {
    let end = position + directory.count
    var bytes = directory
    // ZIP64's end record, where to find it, and the old end record, which points to neither.
    bytes += Self.number(0x0606_4B50, 4) + Self.number(44, 8) + Self.number(45, 2)
    bytes += Self.number(45, 2) + Self.number(0, 8) + Self.number(members, 8)
    bytes += Self.number(members, 8) + Self.number(directory.count, 8) + Self.number(position, 8)
    bytes += Self.number(0x0706_4B50, 4) + Self.number(0, 4) + Self.number(end, 8)
    bytes += Self.number(1, 4)
    bytes += Self.number(0x0605_4B50, 4) + Self.number(0, 4) + Self.number(0xFFFF, 2)
    bytes += Self.number(0xFFFF, 2) + Self.number(0xFFFF_FFFF, 4) + Self.number(0xFFFF_FFFF, 4)
    bytes += Self.number(0, 2)
    try write(bytes, at: position)
  }

  private func write(_ bytes: [UInt8], at offset: Int) throws(DatasetError) {
    try bytes.withUnsafeBufferPointer { bytes throws(DatasetError) in
      try file.write(UnsafeRawBufferPointer(bytes), at: offset)
    }
  }

  /// Sizes stand in ZIP64's extra field.
  private static func localHeader(
    _ name: String, byteCount: Int, checksum: UInt32
  ) -> [UInt8] {
    number(0x0403_4B50, 4) + common(checksum) + number(name.utf8.count, 2) + number(20, 2)
      + Array(name.utf8) + number(1, 2) + number(16, 2) + number(byteCount, 8)
      + number(byteCount, 8)
  }

  private static func entry(
    _ name: String, byteCount: Int, checksum: UInt32, offset: Int
  ) -> [UInt8] {
    number(0x0201_4B50, 4) + number(45, 2) + common(checksum) + number(name.utf8.count, 2)
      + number(28, 2) + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4)
      + number(0xFFFF_FFFF, 4) + Array(name.utf8) + number(1, 2) + number(24, 2)
      + number(byteCount, 8) + number(byteCount, 8) + number(offset, 8)
  }

  /// Version, flags (names are UTF-8), no compression, the first day of 1980, the checksum, and
  /// sizes that stand elsewhere.
  private static func common(_ checksum: UInt32) -> [UInt8] {
    number(45, 2) + number(0x0800, 2) + number(0, 2) + number(0, 2) + number(0x21, 2)
      + number(Int(checksum), 4) + number(0xFFFF_FFFF, 4) + number(0xFFFF_FFFF, 4)
  }

  /// Little-endian.
  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
