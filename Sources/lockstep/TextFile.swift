import Glibc

/// A small file that people write.
enum TextFile {
  /// Larger files are refused: they are something else.
  private static let limit = 16 << 20

  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw failure(path, errno) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= limit else {
        throw UsageError("\(path) has more than \(limit) bytes; expected a run file (JSON5)")
      }
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> UsageError {
    UsageError("\(path): cannot be read: \(String(cString: strerror(code)))")
  }
}
