extension Reference {
  /// Pixel by pixel, as the files jdsample.c and jdcolor.c of libjpeg-turbo do it.
  package static func convert(
    _ image: ColorPlanes, to form: ColorPlanes.Form, into out: UnsafeMutableBufferPointer<UInt8>
  ) {
    let pixels = image.width * image.height
    for y in 0..<image.height {
      for x in 0..<image.width {
        let luma = Int(image.planes[0][y * image.strides.luma + x])
        let cb = chroma(image, 1, x, y) - 128
        let cr = chroma(image, 2, x, y) - 128
        let colors = [
          luma + fixed(1.402, cr), luma + (part(-0.34414, cb) + part(-0.71414, cr) + half) >> 16,
          luma + fixed(1.772, cb),
        ]
        let pixel = y * image.width + x
        for (color, value) in colors.enumerated() {
          let place = form == .planes ? color * pixels + pixel : 4 * pixel + color
          out[place] = UInt8(min(max(value, 0), 255))
        }
        if form == .pixels { out[4 * pixel + 3] = 0 }
      }
    }
  }

  private static let half = 1 << 15

  /// A product in 65536ths.
  private static func part(_ factor: Double, _ value: Int) -> Int {
    Int((factor * 65536).rounded()) * value
  }

  private static func fixed(_ factor: Double, _ value: Int) -> Int {
    (part(factor, value) + half) >> 16
  }

  private static func chroma(_ image: ColorPlanes, _ plane: Int, _ x: Int, _ y: Int) -> Int {
    let (samples, stride) = (image.planes[plane], image.strides.chroma)
    if image.sampling == .each { return Int(samples[y * stride + x]) }
    let columns = (image.width + 1) / 2
    let near = min(max(x / 2 + (x % 2 == 0 ? -1 : 1), 0), columns - 1)
    guard image.sampling == .wideAndTall else {
      let (sample, other) = (Int(samples[y * stride + x / 2]), Int(samples[y * stride + near]))
      return (3 * sample + other + (x % 2 == 0 ? 1 : 2)) >> 2
    }
    let row = min(max(y / 2 + (y % 2 == 0 ? -1 : 1), 0), (image.height + 1) / 2 - 1)
    func sum(_ column: Int) -> Int {
      3 * Int(samples[y / 2 * stride + column]) + Int(samples[row * stride + column])
    }
    return (3 * sum(x / 2) + sum(near) + (x % 2 == 0 ? 8 : 7)) >> 4
  }
}
