extension Reference {
  package static func byteSums(of bytes: [UInt8]) -> ByteSums {
    var sums = ByteSums()
    for byte in bytes {
      sums.sum += Int(byte)
      sums.squares += Int(byte) * Int(byte)
      sums.least = min(sums.least, byte)
      sums.greatest = max(sums.greatest, byte)
    }
    return sums
  }

  /// The planes of pixels of four bytes, one behind another.
  package static func separate(_ pixels: [UInt8]) -> [UInt8] {
    (0..<3).flatMap { channel in
      stride(from: channel, to: pixels.count, by: 4).map { pixels[$0] }
    }
  }

  /// The planes of an image of pixels of four bytes, brought to another size.
  package static func resample(
    _ pixels: [UInt8], width: Int, x: ResampleWeights, y: ResampleWeights
  ) -> [UInt8] {
    (0..<3).flatMap { channel in
      (0..<y.length).flatMap { line in
        (0..<x.length).map { column in
          var sum: Float = 0
          for step in 0..<y.count {
            let row = Int(y.first[line]) + step
            var narrow: Float = 0
            for step in 0..<x.count {
              let pixel = row * width + Int(x.first[column]) + step
              narrow += x.weights[column * x.count + step] * Float(pixels[4 * pixel + channel])
            }
            sum += y.weights[line * y.count + step] * narrow
          }
          return UInt8(min(max(sum + 0.5, 0), 255))
        }
      }
    }
  }
}
