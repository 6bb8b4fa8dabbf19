import Kernels
import TestSupport
import Testing

@Suite struct ByteSumsTests {
  @Test(arguments: sets)
  func `bytes are added up as the reference does`(set: InstructionSet) {
    var random = SeededGenerator(seed: 5)
    // With more than a lane of a vector's sum holds.
    for count in sizes + [127, 128, 300, 8191, 8192, 8193, 100_000] {
      for bytes in [random.bytes(count), [UInt8](repeating: 255, count: count)] {
        // Starts anywhere.
        let found = ([0] + bytes).withUnsafeBytes {
          ByteSums(of: UnsafeRawBufferPointer(rebasing: $0[1...]), with: set)
        }
        #expect(found == Reference.byteSums(of: bytes), "\(count)")
      }
    }
  }
}

@Suite struct PixelsTests {
  @Test(arguments: sets)
  func `pixels part into planes as the reference does`(set: InstructionSet) {
    var random = SeededGenerator(seed: 6)
    for count in sizes + [100, 1000, 1025] {
      let pixels = random.bytes(4 * count)
      var planes = [UInt8](repeating: 99, count: 3 * count)
      pixels.withUnsafeBytes { pixels in
        planes.withUnsafeMutableBufferPointer {
          Pixels.separate(pixels, into: $0, with: set)
        }
      }
      #expect(planes == Reference.separate(pixels), "\(count)")
    }
  }
}

@Suite struct ResamplingTests {
  /// Random weights of `count` pixels for each of `length`, which move through an image.
  private func weights(
    _ length: Int, of image: Int, count: Int, _ random: inout SeededGenerator
  ) -> ResampleWeights {
    let first = (0..<length).map { Int32($0 * (image - count) / max(1, length - 1)) }
    var weights: [Float] = []
    for _ in 0..<length {
      // Some sums are a little above 255, and some pixels weigh nothing.
      let own = (0..<count).map { _ in max(0, Float.random(in: -0.2...1, using: &random)) }
      let sum = max(0.5, own.reduce(0, +))
      weights += own.map { 1.01 * $0 / sum }
    }
    return ResampleWeights(first: first, count: count, weights: weights)
  }

  struct Case {
    var image: (width: Int, height: Int)
    var result: (width: Int, height: Int)
    var counts: (x: Int, y: Int)
  }

  /// Around the widths of vectors; with more rows for one than are added up at a time, and wider
  /// ones than the cache holds.
  private static let cases = [
    Case(image: (1, 1), result: (1, 1), counts: (1, 1)),
    Case(image: (1, 1), result: (5, 9), counts: (1, 1)),
    Case(image: (7, 5), result: (4, 3), counts: (3, 4)),
    Case(image: (9, 11), result: (33, 40), counts: (2, 3)),
    Case(image: (40, 30), result: (17, 18), counts: (5, 4)),
    Case(image: (30, 200), result: (16, 5), counts: (4, 81)),
    Case(image: (1100, 6), result: (32, 6), counts: (70, 1)),
    Case(image: (1100, 6), result: (3, 2), counts: (700, 4)),
  ]

  @Test(arguments: sets)
  func `images are resampled to the reference's bytes, into a part of planes`(
    set: InstructionSet
  ) {
    var random = SeededGenerator(seed: 7)
    for test in Self.cases {
      let ((width, height), (columns, lines)) = (test.image, test.result)
      let x = weights(columns, of: width, count: test.counts.x, &random)
      let y = weights(lines, of: height, count: test.counts.y, &random)
      let resampling = Resampling(width: width, height: height, x: x, y: y)
      // The second time with what the first one left in memory.
      for _ in 0..<2 {
        let pixels = random.bytes(4 * width * height)
        let expected = Reference.resample(pixels, width: width, x: x, y: y)
        // A row more and three pixels more of each row than the result.
        let (rowBytes, planeBytes) = (columns + 3, (columns + 3) * (lines + 1))
        var planes = [UInt8](repeating: 99, count: 3 * planeBytes)
        pixels.withUnsafeBytes { pixels in
          planes.withUnsafeMutableBufferPointer {
            resampling.resample(
              pixels, into: $0.baseAddress! + 1, rowBytes: rowBytes, planeBytes: planeBytes,
              with: set)
          }
        }
        var wanted = [UInt8](repeating: 99, count: 3 * planeBytes)
        for (place, byte) in expected.enumerated() {
          let (row, column) = (place / columns, place % columns)
          wanted[row / lines * planeBytes + row % lines * rowBytes + column + 1] = byte
        }
        #expect(planes == wanted, "\(test)")
      }
    }
  }
}
