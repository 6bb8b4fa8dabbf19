import Glibc

/// A file without a name for what does not fit in memory: gone with the process, however that ends.
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

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(ConversionError) {
    try write(bytes, at: byteCount)
    byteCount += bytes.count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ConversionError) {
    var done = 0
    while done < bytes.count {
      let written = pwrite(
        descriptor, bytes.baseAddress! + done, min(bytes.count - done, 64 << 20), offset + done)
      if written < 0 {
        if errno == EINTR { continue }
        throw failure("written")
      }
      done += written
    }
  }

  func read(
    at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) {
    var done = 0
    while done < bytes.count {
      let count = pread(
        descriptor, bytes.baseAddress! + done, min(bytes.count - done, 64 << 20), offset + done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("read") }
      done += count
    }
  }

  private func failure(_ action: String) -> ConversionError {
    let isFull = errno == ENOSPC
    return ConversionError(
      subject: output,
      problem: "the working file beside it cannot be \(action): "
        + String(cString: strerror(errno)),
      remedy: isFull ? "free some space on the disk, or write elsewhere" : nil)
  }
}
