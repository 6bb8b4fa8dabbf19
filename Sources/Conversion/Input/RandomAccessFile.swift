import Datasets
import Glibc

/// The decompressed content of a source, read at any place. Any thread may read.
final class RandomAccessFile: Sendable {
  /// What messages call it.
  let path: String
  /// A path for libraries that open files themselves; valid for as long as this object is.
  let systemPath: String
  let size: Int
  private let descriptor: Int32
  private let spool: Spool?

  /// - Parameter descriptor: an open file; closed in the end.
  init(path: String, systemPath: String, descriptor: Int32, size: Int, spool: Spool?) {
    self.path = path
    self.systemPath = systemPath
    self.descriptor = descriptor
    self.size = size
    self.spool = spool
  }

  /// Copies all that is left of a reader to a working file.
  /// - Parameter advance: called now and then on the way.
  convenience init(
    copying reader: any ByteReader, advance: () -> Void = {}
  ) throws(ConversionError) {
    let spool = try Spool()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var size = 0
    while case let count = try reader.read(into: buffer), count > 0 {
      try spool.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), of: reader.path)
      size += count
      advance()
    }
    self.init(
      path: reader.path, systemPath: spool.path,
      descriptor: try SourceFile.open(spool.path, named: reader.path), size: size, spool: spool)
  }

  deinit { close(descriptor) }

  /// Whether `systemPath` is a name in a folder, and not that of a working file.
  var isNamed: Bool { spool == nil }

  /// Fills `bytes` from `offset` on.
  func read(
    into bytes: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(ConversionError) {
    let (count, failure) = FileTransfer.read(descriptor, into: bytes, at: offset)
    guard count == bytes.count else {
      throw ConversionError(
        subject: path,
        problem: failure == 0
          ? "ends at byte \(offset + count)"
          : "cannot be read: \(String(cString: strerror(failure)))",
        expected: "\(size) bytes, as it had when it was opened")
    }
  }
}
