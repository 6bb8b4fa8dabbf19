import Kernels

/// What an image file says of itself at its start.
struct ImageHeader: Equatable {
  enum Format { case png, jpeg }

  var format: Format
  var width: Int
  var height: Int
  /// 1 for grey, 3 for colours. Alpha is left out.
  var channels: Int
  /// Of a sample: 8 or 16.
  var bits: Int
  /// Of a JPEG image of luma and chroma, where colours can be made of its planes.
  var sampling: ColorPlanes.Sampling?

  var size: ImageSize { ImageSize(width: width, height: height) }

  /// Larger images are refused before memory is made for them.
  static let mostPixels = 1 << 26
  /// As many as a JPEG image can have.
  static let mostSide = 65_535
  /// Enough of a file for its header, as a rule.
  static let startBytes = 4 << 10
  /// Enough for one behind what cameras put before it, as a rule.
  static let longStartBytes = 64 << 10

  /// What is wrong with an image.
  struct Problem: Error {
    var problem: String
    var expected: String?
    var remedy: String?
  }

  /// - Parameters:
  ///   - start: the first bytes of the file.
  ///   - isWhole: whether they are all of it.
  /// - Returns: nil where more bytes are needed.
  init?(
    _ start: UnsafeBufferPointer<UInt8>, isWhole: Bool
  ) throws(Problem) {
    if start.starts(with: Self.pngMagic) {
      try self.init(png: start)
    } else if start.starts(with: [0xFF, 0xD8, 0xFF]) {
      guard let header = try JPEGDecoder.header(start, isWhole: isWhole) else { return nil }
      self = header
    } else {
      throw Problem(
        problem: start.isEmpty ? "is empty" : "is no PNG or JPEG image",
        expected: "images alone in the folders of classes",
        remedy: "remove it, or leave out what is no image with --on-error skip")
    }
    guard width <= Self.mostPixels, height <= Self.mostPixels,
      width * height <= Self.mostPixels
    else {
      throw Problem(
        problem: "declares \(width)×\(height) pixels", expected: "at most \(Self.mostPixels)",
        remedy: "it is damaged, or made to fill memory: leave it out")
    }
    guard max(width, height) <= Self.mostSide else {
      throw Problem(
        problem: "has \(width)×\(height) pixels", expected: "at most \(Self.mostSide) along a side",
        remedy: "cut it into several images, or leave it out")
    }
  }

  init(
    format: Format, width: Int, height: Int, channels: Int, bits: Int,
    sampling: ColorPlanes.Sampling? = nil
  ) {
    self.format = format
    self.width = width
    self.height = height
    self.channels = channels
    self.bits = bits
    self.sampling = sampling
  }

  private static let pngMagic: [UInt8] = [0x89] + Array("PNG\r\n\u{1A}\n".utf8)

  /// The header comes first in a PNG file, at a fixed place.
  private init(png start: UnsafeBufferPointer<UInt8>) throws(Problem) {
    guard start.count >= 33, start[12..<16].elementsEqual("IHDR".utf8) else {
      throw Problem(problem: "is a PNG image that ends within its header")
    }
    func number(_ place: Int) -> Int {
      start[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    self.init(
      format: .png, width: number(16), height: number(20),
      // Grey, or grey with alpha; anything else has colours.
      channels: start[25] == 0 || start[25] == 4 ? 1 : 3, bits: start[24] == 16 ? 16 : 8)
    guard width > 0, height > 0 else {
      throw Problem(problem: "is a PNG image of \(width)×\(height) pixels")
    }
  }
}
