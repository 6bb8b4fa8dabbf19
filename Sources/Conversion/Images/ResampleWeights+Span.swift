import Kernels

/// A triangle filter, as wide as a reduction asks for, so that nothing of the image is left out. This
/// is what Pillow calls BILINEAR, and torchvision bilinear with antialias.
extension ResampleWeights {
  /// - Parameters:
  ///   - length: pixels of the image.
  ///   - span: what of them goes to how many pixels.
  init(length: Int, _ span: ImageSpan) {
    let filter = TriangleFilter(length: length, span)
    let pixels = 0..<span.target.count
    let ranges = pixels.map(filter.pixels(of:))
    let count = ranges.reduce(1) { max($0, $1.count) }
    // All of a pixel's weights lie within the image.
    let first = ranges.map { Int32(min($0.lowerBound, length - count)) }
    var weights = [Float](repeating: 0, count: pixels.count * count)
    for (place, range) in ranges.enumerated() {
      let sum = range.reduce(0) { $0 + filter.weight(of: $1, for: place) }
      let start = place * count - Int(first[place])
      for pixel in range {
        weights[start + pixel] = Float(filter.weight(of: pixel, for: place) / sum)
      }
    }
    self.init(first: first, count: count, weights: weights)
  }
}

/// What a pixel of the image weighs for one of the result.
private struct TriangleFilter {
  private let length: Int
  private let start: Double
  private let scale: Double
  private let support: Double

  init(length: Int, _ span: ImageSpan) {
    self.length = length
    start = span.source.start
    scale = span.source.length / Double(span.target.count)
    support = max(scale, 1)
  }

  private func center(of place: Int) -> Double { start + (Double(place) + 0.5) * scale }

  func weight(of pixel: Int, for place: Int) -> Double {
    max(0, 1 - abs((Double(pixel) + 0.5 - center(of: place)) / support))
  }

  /// The pixels of the image that weigh anything.
  func pixels(of place: Int) -> Range<Int> {
    let center = center(of: place)
    var first = max(0, Int((center - support + 0.5).rounded(.down)))
    var end = min(length, Int((center + support + 0.5).rounded(.down)))
    while first < end, weight(of: first, for: place) == 0 { first += 1 }
    while first < end, weight(of: end - 1, for: place) == 0 { end -= 1 }
    return first..<end
  }
}
