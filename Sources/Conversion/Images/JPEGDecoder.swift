import CImages
import CTurboJPEG
import Datasets
import Kernels

/// Decodes JPEG files. Any thread may call it.
///
/// TurboJPEG decodes them. It says whether the library warned of anything, but neither of what all nor
/// whether an error came behind; and much that cameras write, it warns of, and leaves the image whole. So
/// what it warned of is decoded again by the library's older interface, libjpeg's, which says all that.
enum JPEGDecoder {
  /// - Returns: nil where the header goes on behind `start`.
  static func header(
    _ start: UnsafeBufferPointer<UInt8>, isWhole: Bool
  ) throws(ImageHeader.Problem) -> ImageHeader? {
    var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let isRead = try withDecoder { handle throws(ImageHeader.Problem) in
      let status = tjDecompressHeader3(
        handle, start.baseAddress, UInt(start.count), &width, &height, &subsampling, &space)
      if isWhole, try hasWarnings(status, handle) {
        try decodeWarned(start, width: Int(width), height: Int(height), channels: 3, into: nil)
        return true
      }
      return status == 0 && width > 0 && height > 0
    }
    guard isRead else {
      if isWhole { throw damaged("it has no image") }
      return nil
    }
    guard space != Int32(TJCS_CMYK.rawValue), space != Int32(TJCS_YCCK.rawValue) else {
      throw ImageHeader.Problem(
        problem: "is a JPEG image in the colours of print (CMYK)", expected: "grey or RGB",
        remedy: "convert it first, for example with mogrify -colorspace sRGB")
    }
    return ImageHeader(
      format: .jpeg, width: Int(width), height: Int(height),
      channels: space == Int32(TJCS_GRAY.rawValue) ? 1 : 3, bits: 8,
      sampling: space == Int32(TJCS_YCbCr.rawValue) ? sampling(subsampling, width: width) : nil)
  }

  private static func sampling(_ subsampling: Int32, width: Int32) -> ColorPlanes.Sampling? {
    switch subsampling {
    case Int32(TJSAMP_444.rawValue): .each
    // The library does not interpolate chroma of two samples a row.
    case Int32(TJSAMP_422.rawValue) where width > 4: .wide
    case Int32(TJSAMP_420.rawValue) where width > 4: .wideAndTall
    default: nil
    }
  }

  /// Decodes into rows of interleaved samples: grey, RGB, or RGB and a byte more, which takes less time.
  ///
  /// - Parameter header: of these very bytes.
  static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: ImageHeader, channels: Int,
    into rows: UnsafeMutableRawBufferPointer, _ scratch: ScratchPool
  ) throws(ImageHeader.Problem) {
    let samples = rows.bindMemory(to: UInt8.self)
    if channels == 4, let sampling = header.sampling {
      return try decode(bytes, header, sampling, to: .pixels, into: samples, scratch)
    }
    let (width, height) = (header.width, header.height)
    let hasWarnings = try withDecoder { handle throws(ImageHeader.Problem) in
      let status = tjDecompress2(
        handle, bytes.baseAddress, UInt(bytes.count), samples.baseAddress, Int32(width), 0,
        Int32(height), form(channels), TJFLAG_LIMITSCANS)
      return try Self.hasWarnings(status, handle)
    }
    guard hasWarnings else { return }
    try decodeWarned(
      bytes, width: width, height: height, channels: channels, into: samples.baseAddress)
  }

  /// Decodes colours, of an image whose header tells of a sampling.
  static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: ImageHeader, _ sampling: ColorPlanes.Sampling,
    to form: ColorPlanes.Form, into out: UnsafeMutableBufferPointer<UInt8>, _ scratch: ScratchPool
  ) throws(ImageHeader.Problem) {
    let (width, height) = (header.width, header.height)
    let memory = scratch.take(
      ColorPlanes.scratchBytes(width: width, height: height, sampling: sampling))
    defer { scratch.give(memory) }
    let image = ColorPlanes(width: width, height: height, sampling: sampling, scratch: memory)
    let hasWarnings = try withDecoder { handle throws(ImageHeader.Problem) in
      var planes = image.planes.map(Optional.some)
      var strides = [image.strides.luma, image.strides.chroma, image.strides.chroma].map(Int32.init)
      let status = tjDecompressToYUVPlanes(
        handle, bytes.baseAddress, UInt(bytes.count), &planes, Int32(width), &strides,
        Int32(height), TJFLAG_LIMITSCANS)
      return try Self.hasWarnings(status, handle)
    }
    guard hasWarnings else { return image.convert(to: form, into: out) }
    let pixels = scratch.take(4 * width * height)
    defer { scratch.give(pixels) }
    let samples = form == .pixels ? out.baseAddress : pixels.bindMemory(to: UInt8.self).baseAddress
    try decodeWarned(bytes, width: width, height: height, channels: 4, into: samples)
    if form == .planes { Pixels.separate(UnsafeRawBufferPointer(pixels), into: out) }
  }

  private static func form(_ channels: Int) -> Int32 {
    switch channels {
    case 1: Int32(TJPF_GRAY.rawValue)
    case 3: Int32(TJPF_RGB.rawValue)
    default: Int32(TJPF_RGBX.rawValue)
    }
  }

  /// A new decoder for each image: one keeps the tables of the image before, and would use them for one
  /// that has none.
  private static func withDecoder<Result>(
    _ body: (tjhandle) throws(ImageHeader.Problem) -> Result
  ) throws(ImageHeader.Problem) -> Result {
    guard let handle = tjInitDecompress() else {
      throw ImageHeader.Problem(problem: "needs more memory than there is")
    }
    defer { tjDestroy(handle) }
    return try body(handle)
  }

  /// Whether the library warned of something.
  /// - Throws: where it has found an error before that.
  private static func hasWarnings(
    _ status: Int32, _ handle: tjhandle
  ) throws(ImageHeader.Problem) -> Bool {
    if status == 0 { return false }
    if tjGetErrorCode(handle) == TJERR_WARNING.rawValue { return true }
    throw damaged(tjGetErrorStr2(handle).map { String(cString: $0) } ?? "")
  }

  /// - Parameter rows: nil for the header alone.
  private static func decodeWarned(
    _ bytes: UnsafeBufferPointer<UInt8>, width: Int, height: Int, channels: Int,
    into rows: UnsafeMutablePointer<UInt8>?
  ) throws(ImageHeader.Problem) {
    var message = [CChar](repeating: 0, count: 256)
    let status = lockstep_jpeg_decode(
      bytes.baseAddress, bytes.count, UInt32(width), UInt32(height), Int32(channels), rows,
      &message, message.count)
    if status != 0 { throw damaged(String(nullTerminated: message)) }
  }

  private static func damaged(_ message: String) -> ImageHeader.Problem {
    if message.contains("subsampling") {
      return ImageHeader.Problem(
        problem: "is a JPEG image whose colours are sampled in a way that cannot be read",
        expected: "4:4:4, 4:2:2, 4:2:0, 4:4:0 or 4:1:1",
        remedy: "save it anew, for example with mogrify -sampling-factor 4:2:0")
    }
    return ImageHeader.Problem(
      problem: "is a damaged JPEG image (\(message))",
      remedy: "get it again or save it anew, or leave it out with --on-error skip")
  }
}
