import CImages
import Kernels

/// The bytes of an image file.
struct EncodedImage {
  let header: ImageHeader
  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageHeader.Problem) {
    guard let header = try ImageHeader(bytes, isWhole: true) else {
      throw ImageHeader.Problem(problem: "ends within its header")
    }
    self.header = header
    self.bytes = bytes
  }

  /// Decodes into rows of interleaved samples.
  ///
  /// - Parameters:
  ///   - channels: 3 makes grey images colours; 4, of 8 bits, adds a byte to each pixel.
  ///   - rows: width · height · channels samples of the header's bits.
  ///   - scratch: memory for what is decoded on the way.
  func decode(
    channels: Int, into rows: UnsafeMutableRawBufferPointer, _ scratch: ScratchPool
  ) throws(ImageHeader.Problem) {
    switch header.format {
    case .jpeg: try JPEGDecoder.decode(bytes, header, channels: channels, into: rows, scratch)
    case .png: try decodePNG(channels: channels, into: rows)
    }
  }

  /// Decodes a JPEG image whose header tells of a sampling into planes: (3, height, width).
  func decode(
    _ sampling: ColorPlanes.Sampling, intoPlanes out: UnsafeMutableBufferPointer<UInt8>,
    _ scratch: ScratchPool
  ) throws(ImageHeader.Problem) {
    try JPEGDecoder.decode(bytes, header, sampling, to: .planes, into: out, scratch)
  }

  private func decodePNG(
    channels: Int, into rows: UnsafeMutableRawBufferPointer
  ) throws(ImageHeader.Problem) {
    var message = [CChar](repeating: 0, count: 128)
    let status = lockstep_png_decode(
      bytes.baseAddress, bytes.count, UInt32(header.width), UInt32(header.height), Int32(channels),
      Int32(header.bits), rows.bindMemory(to: UInt8.self).baseAddress, &message, message.count)
    guard status == 0 else {
      throw ImageHeader.Problem(
        problem: "is a damaged PNG image (\(String(nullTerminated: message)))",
        remedy: "get it again, or leave out what is damaged with --on-error skip")
    }
  }
}

extension String {
  /// What C wrote.
  init(nullTerminated text: [CChar]) {
    self.init(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
