import Kernels
import TestSupport
import Testing

@testable import Conversion

@Suite struct ResamplerTests {
  func resample(
    _ image: [UInt8], _ size: ImageSize, to wanted: ImageSize, _ fit: ImageFit = .stretch,
    channels: Int = 1
  ) -> [UInt8] {
    var out = [UInt8](repeating: 99, count: wanted.pixels * channels)
    image.withUnsafeBufferPointer { image in
      out.withUnsafeMutableBufferPointer {
        Resampler(size: wanted, fit: fit, channels: channels).resample(image, size, into: $0)
      }
    }
    return out
  }

  @Test func `an image of one colour stays so, at any size`() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<50 {
      let size = ImageSize(width: 1 + random.below(40), height: 1 + random.below(40))
      let wanted = ImageSize(width: 1 + random.below(40), height: 1 + random.below(40))
      let image = Array(repeating: [10, 200, 255] as [UInt8], count: size.pixels).flatMap { $0 }
      for fit in [ImageFit.stretch, .crop] {
        let out = resample(image, size, to: wanted, fit, channels: 3)
        let planes = [10, 200, 255].flatMap { [UInt8](repeating: $0, count: wanted.pixels) }
        #expect(out == planes, "\(size) \(wanted) \(fit)")
      }
    }
  }

  @Test func `pixels of four bytes become what those of three do, at any size`() {
    var random = SeededGenerator(seed: 2)
    for number in 0..<60 {
      let size = ImageSize(width: 1 + random.below(60), height: 1 + random.below(60))
      // Sometimes the same one.
      let wanted =
        number % 10 == 0
        ? size : ImageSize(width: 1 + random.below(40), height: 1 + random.below(40))
      let image = random.bytes(3 * size.pixels)
      let padded = (0..<size.pixels).flatMap { image[3 * $0..<3 * $0 + 3] + [99] }
      for fit in ImageFit.allCases {
        let resampler = Resampler(size: wanted, fit: fit, channels: 3)
        var out = [UInt8](repeating: 99, count: 3 * wanted.pixels)
        #expect(resampler.takesPixels(of: size))
        padded.withUnsafeBytes { pixels in
          out.withUnsafeMutableBufferPointer { resampler.resample(pixels: pixels, size, into: $0) }
        }
        #expect(
          out == resample(image, size, to: wanted, fit, channels: 3), "\(size) \(wanted) \(fit)")
      }
    }
  }

  @Test func `more rows than are kept at a time make a pixel`() {
    var random = SeededGenerator(seed: 3)
    let (size, wanted) = (ImageSize(width: 5, height: 500), ImageSize(width: 3, height: 4))
    let image = random.bytes(size.pixels)
    let pixels = image.flatMap { [$0, 0, 0, 0] as [UInt8] }
    var out = [UInt8](repeating: 99, count: 3 * wanted.pixels)
    pixels.withUnsafeBytes { pixels in
      out.withUnsafeMutableBufferPointer {
        Resampler(size: wanted, fit: .stretch, channels: 3).resample(pixels: pixels, size, into: $0)
      }
    }
    #expect(resample(image, size, to: wanted) == Array(out[..<wanted.pixels]))
  }

  @Test func `the weights of each pixel add up to 1`() {
    for (length, target) in [(1, 7), (7, 1), (100, 33), (33, 100), (5, 5)] {
      let span = ImageSpan(source: (0, Double(length)), target: 0..<target)
      let weights = ResampleWeights(length: length, span)
      for pixel in 0..<target {
        let own = weights.weights[pixel * weights.count..<(pixel + 1) * weights.count]
        #expect(abs(own.reduce(0, +) - 1) < 1e-6)
        #expect(Int(weights.first[pixel]) + weights.count <= length)
      }
    }
  }

  @Test func `a reduction takes all pixels in, as a triangle weighs them`() {
    // At half the size a pixel weighs its neighbours ¹⁄₈, ³⁄₈, ³⁄₈ and ¹⁄₈; at the edges what is
    // there, 3 : 3 : 1.
    let out = resample(
      [0, 80, 160, 240], ImageSize(width: 4, height: 1), to: ImageSize(width: 2, height: 1))
    #expect(out == [57, 183])
  }

  @Test func `a crop takes the middle, and padding leaves black sides`() {
    let image: [UInt8] = [10, 20, 30, 40]
    let wide = ImageSize(width: 4, height: 1)
    #expect(resample(image, wide, to: ImageSize(width: 2, height: 1), .crop) == [20, 30])
    #expect(
      resample(image, wide, to: ImageSize(width: 4, height: 3), .pad)
        == [0, 0, 0, 0, 10, 20, 30, 40, 0, 0, 0, 0])
    #expect(
      resample(image, ImageSize(width: 1, height: 4), to: ImageSize(width: 4, height: 4), .pad)
        == [0, 10, 0, 0, 0, 20, 0, 0, 0, 30, 0, 0, 0, 40, 0, 0])
  }

  @Test(arguments: [
    ("224x200", ImageSize(width: 224, height: 200)), ("0x1", nil), ("1", nil), ("1x", nil),
    ("1x1x1", nil), ("-1x1", nil), ("1x99999", nil), ("axb", nil),
  ])
  func `a size is two numbers`(text: String, size: ImageSize?) {
    #expect(ImageSize(text) == size)
  }
}
