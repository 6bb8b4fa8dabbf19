import CTurboJPEG
import Datasets
import Kernels

/// Decodes JPEG files. Any thread may call it.
enum JPEGDecoder {
  /// - Returns: nil where the header goes on behind `start`.
  static func header(
    _ start: UnsafeBufferPointer<UInt8>, isWhole: Bool
  ) throws(ImageHeader.Problem) -> ImageHeader? {
    try withDecoder { handle throws(ImageHeader.Problem) in
      try header(start, isWhole: isWhole, handle)
    }
  }

  private static func header(
    _ start: UnsafeBufferPointer<UInt8>, isWhole: Bool, _ handle: tjhandle
  ) throws(ImageHeader.Problem) -> ImageHeader? {
    var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let status = tjDecompressHeader3(
      handle, start.baseAddress, UInt(start.count), &width, &height, &subsampling, &space)
    guard status == 0, width > 0, height > 0 else {
      if !isWhole { return nil }
      throw damaged(handle)
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
  static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: ImageHeader, channels: Int,
    into rows: UnsafeMutableRawBufferPointer, _ scratch: ScratchPool
  ) throws(ImageHeader.Problem) {
    if channels == 4, let sampling = header.sampling {
      let pixels = rows.bindMemory(to: UInt8.self)
      return try decode(bytes, header, sampling, to: .pixels, into: pixels, scratch)
    }
    try withDecoder { handle throws(ImageHeader.Problem) in
      try check(bytes, isStill: header, handle)
      let status = tjDecompress2(
        handle, bytes.baseAddress, UInt(bytes.count), rows.bindMemory(to: UInt8.self).baseAddress,
        Int32(header.width), 0, Int32(header.height), form(channels), TJFLAG_LIMITSCANS)
      try check(status, handle)
    }
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
    try withDecoder { handle throws(ImageHeader.Problem) in
      try check(bytes, isStill: header, handle)
      var planes = image.planes.map(Optional.some)
      var strides = [image.strides.luma, image.strides.chroma, image.strides.chroma].map(Int32.init)
      let status = tjDecompressToYUVPlanes(
        handle, bytes.baseAddress, UInt(bytes.count), &planes, Int32(width), &strides,
        Int32(height), TJFLAG_LIMITSCANS)
      try check(status, handle)
    }
    image.convert(to: form, into: out)
  }

  /// Throws if a file's header is not what it was: memory was made for that.
  private static func check(
    _ bytes: UnsafeBufferPointer<UInt8>, isStill header: ImageHeader, _ handle: tjhandle
  ) throws(ImageHeader.Problem) {
    guard try Self.header(bytes, isWhole: true, handle) != header else { return }
    throw ImageHeader.Problem(
      problem: "is another image than when it was examined",
      expected: "files that stay as they are")
  }

  /// Throws if what was decoded is damaged.
  private static func check(
    _ status: Int32, _ handle: tjhandle
  ) throws(ImageHeader.Problem) {
    if status == 0 { return }
    // Many cameras leave odd bytes before the end of the image. The library tells of its first warning
    // only, but behind this one there is nothing; it takes an error behind any warning for one, too.
    guard message(handle).hasSuffix("extraneous bytes before marker 0xd9") else {
      throw damaged(handle)
    }
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

  private static func message(_ handle: tjhandle) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? ""
  }

  private static func damaged(_ handle: tjhandle) -> ImageHeader.Problem {
    if message(handle).contains("subsampling") {
      return ImageHeader.Problem(
        problem: "is a JPEG image whose colours are sampled in a way that cannot be read",
        expected: "4:4:4, 4:2:2, 4:2:0, 4:4:0 or 4:1:1",
        remedy: "save it anew, for example with mogrify -sampling-factor 4:2:0")
    }
    return ImageHeader.Problem(
      problem: "is a damaged JPEG image (\(message(handle)))",
      remedy: "get it again or save it anew, or leave it out with --on-error skip")
  }
}
