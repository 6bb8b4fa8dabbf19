/// Brings images to one size: interleaved samples of any size in, planes of the wanted size out.
struct Resampler {
  let size: ImageSize
  let fit: ImageFit
  let channels: Int

  /// - Parameters:
  ///   - image: rows of interleaved samples.
  ///   - out: (channels, height, width); all of it is written.
  @inline(__always)  // So that all of it is compiled for each type of sample.
  func resample<Sample: FixedWidthInteger>(
    _ image: UnsafeBufferPointer<Sample>, _ imageSize: ImageSize,
    into out: UnsafeMutableBufferPointer<Sample>
  ) {
    if imageSize == size { return separate(image, into: out) }
    out.update(repeating: 0)
    let spans = fit.spans(from: imageSize, to: size)
    let x = ResampleWeights(length: imageSize.width, spans.x)
    let y = ResampleWeights(length: imageSize.height, spans.y)
    let rows = narrow(image, imageSize, x, rows: Self.needed(y))
    let width = spans.x.target.count
    let largest = Float(Sample.max)
    var sums = [Float](repeating: 0, count: width * channels)
    for (line, row) in spans.y.target.enumerated() {
      for index in sums.indices { sums[index] = 0 }
      let first = Int(y.first[line]) - rows.first
      for step in 0..<y.count {
        let weight = y.weights[line * y.count + step]
        if weight == 0 { continue }
        let start = (first + step) * width * channels
        for index in sums.indices { sums[index] += weight * rows.values[start + index] }
      }
      for channel in 0..<channels {
        let place = (channel * size.height + row) * size.width + spans.x.target.lowerBound
        for column in 0..<width {
          let value = sums[column * channels + channel] + 0.5
          out[place + column] = Sample(min(max(value, 0), largest))
        }
      }
    }
  }

  /// Pixels of red, green, blue and a byte that is left out, of the wanted size, into planes.
  func separate(_ image: UnsafePointer<UInt32>, into out: UnsafeMutableBufferPointer<UInt8>) {
    let pixels = size.pixels
    for channel in 0..<3 {
      let target = out.baseAddress! + channel * pixels
      let shift = UInt32(8 * channel)
      for pixel in 0..<pixels {
        target[pixel] = UInt8(truncatingIfNeeded: UInt32(littleEndian: image[pixel]) &>> shift)
      }
    }
  }

  /// Interleaved samples into planes.
  @inline(__always)
  private func separate<Sample: FixedWidthInteger>(
    _ image: UnsafeBufferPointer<Sample>, into out: UnsafeMutableBufferPointer<Sample>
  ) {
    if channels == 1 {
      _ = out.update(from: image)
      return
    }
    let pixels = size.pixels
    for channel in 0..<channels {
      let source = image.baseAddress! + channel
      let target = out.baseAddress! + channel * pixels
      for pixel in 0..<pixels { target[pixel] = source[pixel * channels] }
    }
  }

  /// The rows of the image that any weight is for.
  private static func needed(_ weights: ResampleWeights) -> Range<Int> {
    let first = Int(weights.first.min()!)
    return first..<Int(weights.first.max()!) + weights.count
  }

  /// Rows brought to their width, interleaved.
  @inline(__always)
  private func narrow<Sample: FixedWidthInteger>(
    _ image: UnsafeBufferPointer<Sample>, _ imageSize: ImageSize, _ x: ResampleWeights,
    rows: Range<Int>
  ) -> (first: Int, values: [Float]) {
    let width = x.first.count
    let channels = channels
    let values = [Float](unsafeUninitializedCapacity: rows.count * width * channels) { out, count in
      x.weights.withUnsafeBufferPointer { weights in
        for (line, row) in rows.enumerated() {
          let start = row * imageSize.width * channels
          for column in 0..<width {
            let first = start + Int(x.first[column]) * channels
            let place = (line * width + column) * channels
            for channel in 0..<channels {
              var sum: Float = 0
              for step in 0..<x.count {
                sum +=
                  weights[column * x.count + step] * Float(image[first + step * channels + channel])
              }
              (out.baseAddress! + place + channel).initialize(to: sum)
            }
          }
        }
      }
      count = rows.count * width * channels
    }
    return (rows.lowerBound, values)
  }
}
