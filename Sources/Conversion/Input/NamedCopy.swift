import CSystem
import Glibc

/// A copy of a working file that has a name, for libraries that open nothing without. The name is
/// gone when this is, or when a signal ends the process.
final class NamedCopy {
  let path: String
  private let slot: Int32

  /// - Parameter progress: is told how far the copying is.
  init(of file: RandomAccessFile, _ progress: ProgressReporter) throws(ConversionError) {
    var template = Array("\(Spool.folder)/.lockstep-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Spool.unwritable(Spool.folder) }
    defer { close(descriptor) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    slot = lockstep_temporary_add(path)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    let pass = PassProgress(.copying, in: .bytes, total: file.size, to: progress)
    pass.begin(file.path)
    for offset in stride(from: 0, to: file.size, by: buffer.count) {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<min(buffer.count, file.size - offset)])
      try file.read(into: piece, at: offset)
      try Spool.write(UnsafeRawBufferPointer(piece), to: descriptor, of: file.path)
      pass.advance(to: offset + piece.count)
    }
  }

  deinit {
    unlink(path)
    lockstep_temporary_remove(slot)
  }
}
