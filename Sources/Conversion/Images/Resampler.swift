import Datasets
import Kernels

/// Brings images to one size: interleaved samples of any size in, planes of the wanted size out. Any
/// thread may use it.
struct Resampler: Sendable {
  let size: ImageSize
  let fit: ImageFit
  let channels: Int
  private let plans = Pool<Plan>()

  init(size: ImageSize, fit: ImageFit, channels: Int) {
    (self.size, self.fit, self.channels) = (size, fit, channels)
  }

  /// What images of one size have in common. One thread at a time uses it.
  private struct Plan {
    let image: ImageSize
    let target: (x: Range<Int>, y: Range<Int>)
    let resampling: Resampling
  }

  /// Whether images of pixels of four bytes, red, green, blue and one that is left out, can be
  /// resampled: in a fraction of the time that others take.
  func takesPixels(of image: ImageSize) -> Bool {
    guard channels == 3, image != size else { return channels == 3 }
    let span = fit.spans(from: image, to: size).x
    // A triangle is as wide as two pixels of the result.
    return 2 * span.source.length / Double(span.target.count) < Double(Resampling.mostWeights - 2)
  }

  /// - Parameters:
  ///   - pixels: of four bytes.
  ///   - out: (3, height, width); all of it is written.
  func resample(
    pixels: UnsafeRawBufferPointer, _ image: ImageSize,
    into out: UnsafeMutableBufferPointer<UInt8>
  ) {
    if image == size { return Pixels.separate(pixels, into: out) }
    let plan =
      if let plan = plans.take(), plan.image == image { plan } else { makePlan(for: image) }
    let (x, y) = plan.target
    if x.count < size.width || y.count < size.height { out.update(repeating: 0) }
    plan.resampling.resample(
      pixels, into: out.baseAddress! + y.lowerBound * size.width + x.lowerBound,
      rowBytes: size.width, planeBytes: size.pixels)
    plans.give(plan)
  }

  private func makePlan(for image: ImageSize) -> Plan {
    let spans = fit.spans(from: image, to: size)
    let resampling = Resampling(
      width: image.width, height: image.height,
      x: ResampleWeights(length: image.width, spans.x),
      y: ResampleWeights(length: image.height, spans.y))
    return Plan(image: image, target: (spans.x.target, spans.y.target), resampling: resampling)
  }

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
    let width = spans.x.target.count
    var rows = NarrowRows(floats: width * channels, most: y.count)
    let largest = Float(Sample.max)
    var sums = [Float](repeating: 0, count: width * channels)
    for (line, row) in spans.y.target.enumerated() {
      for index in sums.indices { sums[index] = 0 }
      for step in 0..<y.count {
        let weight = y.weights[line * y.count + step]
        if weight == 0 { continue }
        let source = Int(y.first[line]) + step
        let start = rows.start(ofRow: source) {
          narrow(image, imageSize, x, row: source, into: $0)
        }
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

  /// A row brought to its width, interleaved.
  @inline(__always)
  private func narrow<Sample: FixedWidthInteger>(
    _ image: UnsafeBufferPointer<Sample>, _ imageSize: ImageSize, _ x: ResampleWeights, row: Int,
    into out: UnsafeMutableBufferPointer<Float>
  ) {
    let (channels, start) = (channels, row * imageSize.width * channels)
    x.weights.withUnsafeBufferPointer { weights in
      for column in 0..<x.first.count {
        let first = start + Int(x.first[column]) * channels
        for channel in 0..<channels {
          var sum: Float = 0
          for step in 0..<x.count {
            sum +=
              weights[column * x.count + step] * Float(image[first + step * channels + channel])
          }
          out[column * channels + channel] = sum
        }
      }
    }
  }
}

/// The last rows of an image that were brought to their width: a row of the result is made of many, and
/// the next one of some of these again.
private struct NarrowRows {
  private let floats: Int
  /// Of the row in each place.
  private var numbers: [Int]
  private(set) var values: [Float]

  /// Where a row of the result is made of more, some are made twice.
  private static let mostKept = 64

  /// - Parameters:
  ///   - floats: of a row.
  ///   - most: rows that one of the result is made of.
  init(floats: Int, most: Int) {
    self.floats = floats
    let count = min(most, Self.mostKept)
    numbers = Array(repeating: -1, count: count)
    values = Array(repeating: 0, count: count * floats)
  }

  /// Where in `values` a row begins, which `make` is called for if it is not there.
  @inline(__always)
  mutating func start(
    ofRow row: Int, _ make: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Int {
    let place = row % numbers.count
    let start = place * floats
    if numbers[place] != row {
      numbers[place] = row
      values.withUnsafeMutableBufferPointer { values in
        make(UnsafeMutableBufferPointer(rebasing: values[start..<start + floats]))
      }
    }
    return start
  }
}
