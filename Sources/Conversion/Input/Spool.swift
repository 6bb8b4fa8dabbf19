import Datasets
import Glibc

/// A working file with what can be read only once. Without a name, the system frees it when the
/// process ends, however it ends; with one it can be opened again afterwards.
final class Spool: Sendable {
  private let descriptor: Int32
  /// The name that it gets once it is whole.
  private let keptPath: String?

  /// The folder that working files lie in: that of the environment variable `TMPDIR`, or /var/tmp.
  static var folder: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp" }

  /// A file without a name.
  init() throws(ConversionError) {
    keptPath = nil
    var template = Array("\(Self.folder)/.lockstep-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Self.unwritable(Self.folder) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
  }

  /// A file that has its name when `finish` was called.
  init(creating path: String) throws(ConversionError) {
    keptPath = path
    descriptor = open(
      Self.partial(path), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.unwritable(path) }
  }

  /// A file that was finished.
  init(opening path: String) throws(ConversionError) {
    keptPath = path
    descriptor = try SourceFile.open(path, named: path)
  }

  deinit { close(descriptor) }

  private static func partial(_ path: String) -> String { path + ".partial" }

  /// Gives the file its name, durably, if it is to have one.
  func finish() throws(ConversionError) {
    guard let keptPath else { return }
    guard fdatasync(descriptor) == 0, rename(Self.partial(keptPath), keptPath) == 0 else {
      throw Self.unwritable(keptPath)
    }
  }

  /// A path that opens the file anew, for this process and those it starts.
  var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

  func append(_ bytes: UnsafeRawBufferPointer, of source: String) throws(ConversionError) {
    try Self.write(bytes, to: descriptor, of: source, isKept: keptPath != nil)
  }

  /// Writes all bytes to a working file.
  /// - Parameter source: what they are of.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, of source: String, isKept: Bool = false
  ) throws(ConversionError) {
    let failure = FileTransfer.write(bytes, to: descriptor)
    guard failure == 0 else {
      throw ConversionError(
        subject: source,
        problem: "cannot be kept in a working file: \(String(cString: strerror(failure)))",
        remedy: failure == ENOSPC && !isKept
          ? "name a folder with more room by the environment variable TMPDIR"
          : DatasetError.remedy(forWriting: failure))
    }
  }

  static func unwritable(_ folder: String) -> ConversionError {
    ConversionError(
      subject: folder, problem: "cannot hold a working file: \(String(cString: strerror(errno)))",
      expected: "a folder that can be written, for what can be read only once",
      remedy: "name one by the environment variable TMPDIR")
  }
}
