import Glibc

/// A file without a name: the system frees it when the process ends, however it ends.
final class Spool: Sendable {
  private let descriptor: Int32

  /// Its bytes lie in the folder that `TMPDIR` names, or in /var/tmp.
  init() throws(ConversionError) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
    var template = Array("\(folder)/.lockstep-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw ConversionError(
        subject: folder, problem: "cannot hold a working file: \(String(cString: strerror(errno)))",
        expected: "a folder that can be written, for what can be read only once",
        remedy: "name one by the environment variable TMPDIR")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
  }

  deinit { close(descriptor) }

  /// A path that opens the file anew, for this process and those it starts.
  var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

  func append(_ bytes: UnsafeRawBufferPointer, of source: String) throws(ConversionError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw ConversionError(
          subject: source,
          problem: "cannot be kept in a working file: \(String(cString: strerror(errno)))",
          remedy: errno == ENOSPC
            ? "name a folder with more room by the environment variable TMPDIR" : nil)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }
}
