/// Finds the features that have one value in all rows that go by.
struct VariationTracker {
  private let width: Int
  private let elementBytes: Int
  private var first: [UInt8] = []
  /// The bits in which any row differed from the first one.
  private var changed: [UInt8] = []
  /// Whether every feature was seen to differ, so that no more rows need to be looked at.
  private var allVary = false

  init(width: Int, elementBytes: Int) {
    self.width = width
    self.elementBytes = elementBytes
  }

  mutating func add(_ features: UnsafeRawBufferPointer, rows: Int) {
    guard rows > 0, !allVary else { return }
    let rowBytes = width * elementBytes
    if first.isEmpty {
      first = Array(features[..<rowBytes])
      changed = Array(repeating: 0, count: rowBytes)
    }
    defer { allVary = constant.isEmpty }
    first.withUnsafeBufferPointer { first in
      changed.withUnsafeMutableBufferPointer { changed in
        for row in 0..<rows {
          let start = features.baseAddress!.assumingMemoryBound(to: UInt8.self) + row * rowBytes
          for byte in 0..<rowBytes { changed[byte] |= start[byte] ^ first[byte] }
        }
      }
    }
  }

  /// The features' indices.
  var constant: [Int] {
    guard !first.isEmpty else { return [] }
    return (0..<width).filter { feature in
      changed[feature * elementBytes..<(feature + 1) * elementBytes].allSatisfy { $0 == 0 }
    }
  }
}
