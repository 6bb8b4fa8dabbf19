import CSystem
import Glibc

/// Writes whole pages of a file straight from memory to the disk, past the system's cache of files:
/// without the copy there, without the memory for it, and without its being taken from files that are
/// read.
///
/// It can do so where bytes lie in memory as they do in the file, relative to pages. Any thread may use
/// it.
///
/// The corresponding flag of `open` is `O_DIRECT`.
final class DirectWriter: Sendable {
  /// Where a disk asks for more, it refuses such writes, and all bytes are left to the ordinary way.
  static let pageBytes = 4096

  private let descriptor: Int32

  /// Opens a file that is there; nil where it cannot be written to in this way.
  init?(_ path: String) {
    descriptor = lockstep_open_direct(path)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Writes those of the bytes that are whole pages.
  ///
  /// - Parameter offset: of the first byte in the file.
  /// - Returns: which of the bytes were written; none where they cannot be.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Range<Int> {
    // To the next page.
    let start = (Self.pageBytes - offset % Self.pageBytes) % Self.pageBytes
    let count = (bytes.count - start) / Self.pageBytes * Self.pageBytes
    guard count > 0, (Int(bitPattern: bytes.baseAddress!) - offset).isMultiple(of: Self.pageBytes)
    else { return 0..<0 }
    let pages = start..<start + count
    let failure = FileTransfer.write(
      UnsafeRawBufferPointer(rebasing: bytes[pages]), to: descriptor, at: offset + start)
    // What is wrong, unless it is only this way, will be told by the other one.
    return failure == 0 ? pages : 0..<0
  }
}
