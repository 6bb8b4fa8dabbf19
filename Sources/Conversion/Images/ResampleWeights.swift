/// The weights by which pixels of an image are added up to pixels of the result, along one axis: a
/// triangle filter, as wide as the reduction asks for, so that nothing of the image is left out. This
/// is what Pillow calls BILINEAR, and torchvision bilinear with antialias.
struct ResampleWeights {
  /// The first pixel of the image for each of the result.
  let first: [Int32]
  /// How many weights each has at most; those that are not needed are 0.
  let count: Int
  /// `count` for each pixel of the result.
  let weights: [Float]

  /// - Parameters:
  ///   - length: pixels of the image.
  ///   - span: what of them goes to how many pixels.
  init(length: Int, _ span: ImageSpan) {
    let scale = span.source.length / Double(span.target.count)
    let support = max(scale, 1)
    count = min(length, Int(support.rounded(.up)) * 2 + 1)
    var first: [Int32] = []
    var weights: [Float] = []
    for place in 0..<span.target.count {
      let center = span.source.start + (Double(place) + 0.5) * scale
      let start = max(0, Int((center - support + 0.5).rounded(.down)))
      let end = min(length, Int((center + support + 0.5).rounded(.down)))
      // All of a pixel's weights lie within the image.
      let begin = max(0, min(start, length - count))
      var row = [Double](repeating: 0, count: count)
      for pixel in start..<max(end, start) where pixel - begin < count {
        row[pixel - begin] = max(0, 1 - abs((Double(pixel) + 0.5 - center) / support))
      }
      let sum = row.reduce(0, +)
      first.append(Int32(begin))
      weights += row.map { Float($0 / sum) }
    }
    self.first = first
    self.weights = weights
  }
}
