import CZlib
import Glibc

/// Reads a file front to back, decompressing it when it is gzip (found from its content).
final class GzipReader {
  let path: String
  /// Bytes of the file on disk, or nil for a pipe.
  let fileSize: Int?
  /// Bytes read so far, decompressed.
  private(set) var position = 0
  private let file: gzFile

  init(path: String) throws(ConversionError) {
    let descriptor = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ConversionError(
        subject: path, problem: "cannot be opened: \(String(cString: strerror(errno)))")
    }
    var status = stat()
    fstat(descriptor, &status)
    guard status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw ConversionError(subject: path, problem: "is a folder", expected: "a file")
    }
    guard let file = gzdopen(descriptor, "rb") else {
      close(descriptor)
      throw ConversionError(subject: path, problem: "cannot be read: out of memory")
    }
    gzbuffer(file, 256 << 10)
    self.path = path
    self.file = file
    fileSize = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  deinit { gzclose_r(file) }

  /// Whether the file is compressed. Known once something was read.
  var isCompressed: Bool { gzdirect(file) == 0 }

  /// Fills `bytes`, or less at the end of the file.
  /// - Returns: the number of bytes read.
  func read(into bytes: UnsafeMutableRawBufferPointer) throws(ConversionError) -> Int {
    var filled = 0
    while filled < bytes.count {
      let wanted = min(bytes.count - filled, 1 << 30)
      let count = gzread(file, bytes.baseAddress! + filled, UInt32(wanted))
      if count < 0 { throw failure() }
      filled += Int(count)
      position += Int(count)
      if count < wanted {
        var code: Int32 = 0
        gzerror(file, &code)
        if code != Z_OK { throw failure() }
        break
      }
    }
    return filled
  }

  func read(count: Int) throws(ConversionError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let result: Result<Int, ConversionError> = bytes.withUnsafeMutableBytes { buffer in
      do throws(ConversionError) { return .success(try read(into: buffer)) } catch {
        return .failure(error)
      }
    }
    return Array(bytes.prefix(try result.get()))
  }

  private func failure() -> ConversionError {
    var code: Int32 = 0
    var text = gzerror(file, &code).map { String(cString: $0) } ?? ""
    // zlib puts its own name for the file in front, "<fd:3>: ", which says nothing here.
    if text.hasPrefix("<fd:") { text = String(text.drop { $0 != " " }.dropFirst()) }
    let place = "after \(position) decompressed bytes"
    return switch code {
    case Z_BUF_ERROR:
      ConversionError(
        subject: path, problem: "ends in the middle of its compressed data, \(place)",
        remedy: "the file is cut short: get it again")
    case Z_DATA_ERROR:
      ConversionError(
        subject: path, problem: "has damaged compressed data, \(place) (\(text))",
        remedy: "the file is damaged: get it again")
    case Z_ERRNO:
      ConversionError(
        subject: path, problem: "cannot be read: \(String(cString: strerror(errno)))")
    default:
      ConversionError(subject: path, problem: "cannot be read: \(text)")
    }
  }
}
