import Datasets
import Glibc

/// A working file without a name: the system frees it when the process ends, however it ends.
final class Spool: Sendable {
  private let descriptor: Int32

  /// The folder that working files lie in: that of the environment variable `TMPDIR`, or /var/tmp.
  static var folder: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp" }

  init() throws(ConversionError) {
    var template = Array("\(Self.folder)/.lockstep-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Self.unwritable(Self.folder) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
  }

  deinit { close(descriptor) }

  /// A path that opens the file anew, for this process and those it starts.
  var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

  func append(_ bytes: UnsafeRawBufferPointer, of source: String) throws(ConversionError) {
    try Self.write(bytes, to: descriptor, of: source)
  }

  /// Writes all bytes to a working file.
  /// - Parameter source: what they are of.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, of source: String
  ) throws(ConversionError) {
    let failure = FileTransfer.write(bytes, to: descriptor)
    guard failure == 0 else {
      throw ConversionError(
        subject: source,
        problem: "cannot be kept in a working file: \(String(cString: strerror(failure)))",
        remedy: failure == ENOSPC
          ? "name a folder with more room by the environment variable TMPDIR" : nil)
    }
  }

  static func unwritable(_ folder: String) -> ConversionError {
    ConversionError(
      subject: folder, problem: "cannot hold a working file: \(String(cString: strerror(errno)))",
      expected: "a folder that can be written, for what can be read only once",
      remedy: "name one by the environment variable TMPDIR")
  }
}
