import CImages
import Datasets
import Glibc
import Kernels

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
  mutating func readHeader(_ scratch: ScratchPool) throws(ImageHeader.Problem) {
    for most in [ImageHeader.startBytes, ImageHeader.longStartBytes, Self.mostBytes] {
      let header = try Self.withBytes(of: path, most: most, scratch) {
        bytes throws(ImageHeader.Problem) in
        try ImageHeader(bytes, isWhole: bytes.count < most || most == Self.mostBytes)
      }
      guard let header else { continue }
      self.header = header
      return
    }
    throw ImageHeader.Problem(problem: "ends within its header")
  }

  /// Decodes into rows of interleaved samples.
  ///
  /// - Parameters:
  ///   - channels: 3 makes grey images colours; 4, of 8 bits, adds a byte to each pixel.
  ///   - rows: width · height · channels samples of the header's bits.
  ///   - scratch: memory for the file's bytes.
  func decode(
    channels: Int, into rows: UnsafeMutableRawBufferPointer, _ scratch: ScratchPool
  ) throws(ImageHeader.Problem) {
    try Self.withBytes(of: path, most: Self.mostBytes, scratch) {
      bytes throws(ImageHeader.Problem) in
      switch header.format {
      case .jpeg: try JPEGDecoder.decode(bytes, header, channels: channels, into: rows, scratch)
      case .png: try decodePNG(bytes, channels: channels, into: rows)
      }
    }
  }

  /// Decodes a JPEG image whose header tells of a sampling into planes: (3, height, width).
  func decode(
    _ sampling: ColorPlanes.Sampling, intoPlanes out: UnsafeMutableBufferPointer<UInt8>,
    _ scratch: ScratchPool
  ) throws(ImageHeader.Problem) {
    try Self.withBytes(of: path, most: Self.mostBytes, scratch) {
      bytes throws(ImageHeader.Problem) in
      try JPEGDecoder.decode(bytes, header, sampling, to: .planes, into: out, scratch)
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

  /// Calls `body` with the first bytes of a file, all of them if it has no more than `most`.
  private static func withBytes<Result>(
    of path: String, most: Int, _ scratch: ScratchPool,
    _ body: (UnsafeBufferPointer<UInt8>) throws(ImageHeader.Problem) -> Result
  ) throws(ImageHeader.Problem) -> Result {
    // A pipe among images is not waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ImageHeader.Problem(problem: "is no regular file", expected: "an image")
    }
    let size = min(Int(status.st_size), most)
    let memory = scratch.take(size)
    defer { scratch.give(memory) }
    let wanted = UnsafeMutableRawBufferPointer(rebasing: memory[..<size])
    let (count, failure) = FileTransfer.read(descriptor, into: wanted, at: 0)
    if failure != 0 {
      errno = failure
      throw unreadable()
    }
    return try body(
      UnsafeBufferPointer(rebasing: wanted.bindMemory(to: UInt8.self)[..<count]))
  }

  private static func unreadable() -> ImageHeader.Problem {
    ImageHeader.Problem(problem: "cannot be read: \(String(cString: strerror(errno)))")
  }
}
