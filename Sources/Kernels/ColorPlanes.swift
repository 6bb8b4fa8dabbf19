import CKernels

/// Makes red, green and blue of an image's planes of luma and chroma, which JPEG files store: the same
/// values as libjpeg-turbo, on every processor.
///
/// With Y, Cb and Cr from 0 to 255,
///
///     red   = Y + 1.402 · (Cr − 128)
///     green = Y − 0.34414 · (Cb − 128) − 0.71414 · (Cr − 128)
///     blue  = Y + 1.772 · (Cb − 128)
///
/// rounded and brought into 0...255. Chroma of fewer samples than pixels is interpolated by a triangle
/// filter, which the library calls fancy upsampling.
///
/// An instance is the memory for one image at a time, of `scratchBytes` that its owner provides.
package struct ColorPlanes {
  /// How many pixels a sample of chroma is for.
  package enum Sampling: CaseIterable, Sendable {
    /// 4:4:4
    case each
    /// 4:2:2
    case wide
    /// 4:2:0
    case wideAndTall
  }

  package let width: Int
  package let height: Int
  package let sampling: Sampling
  private let scratch: UnsafeMutableRawPointer

  /// Rows are multiples of so many bytes, so that whole vectors can be read.
  private static let rowUnit = 64

  /// - Parameter scratch: of at least `scratchBytes`.
  package init(
    width: Int, height: Int, sampling: Sampling, scratch: UnsafeMutableRawBufferPointer
  ) {
    precondition(
      scratch.count >= Self.scratchBytes(width: width, height: height, sampling: sampling),
      "no room for the planes")
    (self.width, self.height, self.sampling) = (width, height, sampling)
    self.scratch = scratch.baseAddress!
  }

  /// Bytes that an image takes until it is converted.
  package static func scratchBytes(width: Int, height: Int, sampling: Sampling) -> Int {
    let (luma, chroma) = (padded(width), chromaStride(width, sampling))
    return luma * evenly(height) + 2 * chroma * evenly(height)
      + 4 * (chroma + rowUnit) * MemoryLayout<Int16>.size
  }

  private static func evenly(_ count: Int) -> Int { (count + 1) / 2 * 2 }

  private static func padded(_ width: Int) -> Int { (width + rowUnit - 1) / rowUnit * rowUnit }

  private static func chromaStride(_ width: Int, _ sampling: Sampling) -> Int {
    padded(sampling == .each ? width : (width + 1) / 2)
  }

  /// Bytes of a row of luma and of chroma. What they have behind their last sample is nobody's.
  package var strides: (luma: Int, chroma: Int) {
    (Self.padded(width), Self.chromaStride(width, sampling))
  }

  /// Where the rows of luma, Cb and Cr are to be put. Each plane has room for an even number of rows.
  package var planes: [UnsafeMutablePointer<UInt8>] {
    let (rows, bytes) = (Self.evenly(height), scratch.assumingMemoryBound(to: UInt8.self))
    let chroma = bytes + rows * strides.luma
    return [bytes, chroma, chroma + rows * strides.chroma]
  }

  /// How colours lie in memory.
  package enum Form: CaseIterable, Sendable {
    /// (3, height, width)
    case planes
    /// (height, width, 4): red, green, blue and 0.
    case pixels

    package var bytesPerPixel: Int { self == .planes ? 3 : 4 }
  }

  /// Converts what is in the planes.
  package func convert(
    to form: Form, into out: UnsafeMutableBufferPointer<UInt8>,
    with set: InstructionSet = .current
  ) {
    precondition(out.count >= form.bytesPerPixel * width * height, "no room for the colours")
    let (planes, strides) = (planes, strides)
    let sums = UnsafeMutableRawPointer(planes[2] + Self.evenly(height) * strides.chroma)
    var job = kernel_color_planes(
      luma: planes[0], chroma: (UnsafePointer(planes[1]), UnsafePointer(planes[2])),
      luma_stride: strides.luma, chroma_stride: strides.chroma, width: width, height: height,
      wide: sampling != .each, tall: sampling == .wideAndTall,
      sums: sums.assumingMemoryBound(to: Int16.self), interleaved: form == .pixels,
      out: out.baseAddress!)
    set.loops.pointee.color_planes(&job)
  }
}
