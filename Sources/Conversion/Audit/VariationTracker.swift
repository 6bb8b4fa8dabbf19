/// Finds the features that have one value in all rows that go by.
struct VariationTracker {
  private let width: Int
  private let elementBytes: Int
  private var first: [UInt8] = []
  /// The bits in which any row differed from the first one.
  private var changed: [UInt8] = []
  /// So many features, the first ones, were seen to differ. When all were, no more rows need to be
  /// looked at.
  private var varying = 0

  init(width: Int, elementBytes: Int) {
    self.width = width
    self.elementBytes = elementBytes
  }

  mutating func add(_ features: UnsafeRawBufferPointer, rows: Int) {
    guard rows > 0, varying < width else { return }
    let rowBytes = width * elementBytes
    if first.isEmpty {
      first = Array(features[..<rowBytes])
      changed = Array(repeating: 0, count: rowBytes)
    }
    first.withUnsafeBufferPointer { first in
      changed.withUnsafeMutableBufferPointer { changed in
        for row in 0..<rows {
          let start = features.baseAddress!.assumingMemoryBound(to: UInt8.self) + row * rowBytes
          for byte in 0..<rowBytes { changed[byte] |= start[byte] ^ first[byte] }
        }
      }
    }
    while varying < width, !isConstant(varying) { varying += 1 }
  }

  private func isConstant(_ feature: Int) -> Bool {
    (feature * elementBytes..<(feature + 1) * elementBytes).allSatisfy { changed[$0] == 0 }
  }

  /// The features' indices.
  var constant: [Int] {
    guard !first.isEmpty else { return [] }
    return (varying..<width).filter(isConstant)
  }
}
