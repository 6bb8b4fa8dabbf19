import Datasets
import Glibc

/// A file for what does not fit in memory. Without a name, it is gone with the process, however that
/// ends.
final class SpillFile {
  private let descriptor: Int32
  private let output: String
  private(set) var byteCount = 0

  /// - Parameter output: the file beside which there is room.
  init(beside output: String) throws(ConversionError) {
    self.output = output
    let slash = output.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(output[...$0]) } ?? "./"
    var name = Array("\(folder).lockstep-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      throw ConversionError(
        subject: output,
        problem: "has no room beside it for a working file: \(String(cString: strerror(errno)))")
    }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// A file with a name, whatever is in it.
  /// - Parameter output: the file that it is for.
  init(keptAt path: String, for output: String) throws(ConversionError) {
    self.output = output
    descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw ConversionError(
        subject: path, problem: "cannot be opened: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// Has what was written go to the disk, on another thread.
  func synchronize() -> Synchronization {
    Synchronization { () throws(ConversionError) in
      if fdatasync(self.descriptor) != 0 { throw self.error("written", errno) }
    }
  }

  /// Takes what lies there on the disk out of memory: it will hardly be read again.
  func forget(at offset: Int, byteCount: Int) {
    _ = posix_fadvise(descriptor, off_t(offset), off_t(byteCount), POSIX_FADV_DONTNEED)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(ConversionError) {
    try write(bytes, at: byteCount)
    byteCount += bytes.count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ConversionError) {
    let failure = FileTransfer.write(bytes, to: descriptor, at: offset)
    guard failure == 0 else { throw error("written", failure) }
  }

  func read(
    at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) {
    let (count, failure) = FileTransfer.read(descriptor, into: bytes, at: offset)
    // What was written there was not read back: without an error it is the disk's.
    guard count == bytes.count else { throw error("read", failure == 0 ? EIO : failure) }
  }

  /// That something else is in it than what was written.
  var damaged: ConversionError { error("read", EIO) }

  private func error(_ action: String, _ failure: Int32) -> ConversionError {
    ConversionError(
      subject: output,
      problem: "the working file beside it cannot be \(action): "
        + String(cString: strerror(failure)),
      remedy: DatasetError.remedy(forWriting: failure))
  }
}
