import CImages
import Datasets
import Glibc

/// An image of a class, in a file of its own.
struct ImageFile: Sendable {
  let path: String
  /// Its folder's place among those of all classes.
  var label: Int
  /// Its place among all files of the source.
  var number = 0
  var header = ImageHeader(format: .png, width: 0, height: 0, channels: 1, bits: 8)

  /// Files are read whole; larger ones than this are no images to learn from.
  private static let mostBytes = 1 << 29

  /// Reads the header.
  mutating func readHeader(_ decoders: JPEGDecoders) throws(ImageHeader.Problem) {
    let start = try Self.read(path, most: ImageHeader.startBytes)
    let isWhole = start.count < ImageHeader.startBytes
    if let header = try ImageHeader(start, isWhole: isWhole, decoders) {
      self.header = header
      return
    }
    let all = try Self.read(path, most: Self.mostBytes)
    guard let header = try ImageHeader(all, isWhole: true, decoders) else {
      throw ImageHeader.Problem(problem: "ends within its header")
    }
    self.header = header
  }

  /// Decodes into rows of interleaved samples.
  ///
  /// - Parameters:
  ///   - channels: 3 makes grey images colours; 4, for JPEG, adds a byte to each pixel.
  ///   - rows: width · height · channels samples of the header's bits.
  func decode(
    channels: Int, into rows: UnsafeMutableRawBufferPointer, _ decoders: JPEGDecoders
  ) throws(ImageHeader.Problem) {
    let bytes = try Self.read(path, most: Self.mostBytes)
    try bytes.withUnsafeBufferPointer { bytes throws(ImageHeader.Problem) in
      switch header.format {
      case .jpeg: try decoders.decode(bytes, header, channels: channels, into: rows)
      case .png: try decodePNG(bytes, channels: channels, into: rows)
      }
    }
  }

  private func decodePNG(
    _ bytes: UnsafeBufferPointer<UInt8>, channels: Int, into rows: UnsafeMutableRawBufferPointer
  ) throws(ImageHeader.Problem) {
    var message = [CChar](repeating: 0, count: 128)
    let status = lockstep_png_decode(
      bytes.baseAddress, bytes.count, UInt32(header.width), UInt32(header.height), Int32(channels),
      Int32(header.bits), rows.bindMemory(to: UInt8.self).baseAddress, &message, message.count)
    guard status == 0 else {
      let text = String(
        decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw ImageHeader.Problem(
        problem: "is a damaged PNG image (\(text))",
        remedy: "get it again, or leave out what is damaged with --on-error skip")
    }
  }

  /// The first bytes of a file, all of them if it has no more than `most`.
  private static func read(_ path: String, most: Int) throws(ImageHeader.Problem) -> [UInt8] {
    // A pipe among images is not waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ImageHeader.Problem(problem: "is no regular file", expected: "an image")
    }
    var failure: Int32 = 0
    let bytes = [UInt8](
      unsafeUninitializedCapacity: min(Int(status.st_size), most)
    ) { buffer, count in
      (count, failure) = FileTransfer.read(
        descriptor, into: UnsafeMutableRawBufferPointer(buffer), at: 0)
    }
    if failure != 0 {
      errno = failure
      throw unreadable()
    }
    return bytes
  }

  private static func unreadable() -> ImageHeader.Problem {
    ImageHeader.Problem(problem: "cannot be read: \(String(cString: strerror(errno)))")
  }
}
