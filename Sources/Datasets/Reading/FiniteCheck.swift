import Kernels

/// The index of the first value that is NaN or infinite, or, as doubles can be, becomes infinite
/// as a `Float`; nil when there is none, and for integers.
///
/// Most data has none, so the search looks at 4096 values at a time without branches.
package func firstNonFinite(_ bytes: UnsafeRawBufferPointer, type: ElementCode) -> Int? {
  switch type {
  case .float16:
    first(bytes.assumingMemoryBound(to: UInt16.self)) { $0 & 0x7C00 >= 0x7C00 }
  case .float32:
    first(bytes.assumingMemoryBound(to: UInt32.self)) { $0 & 0x7F80_0000 >= 0x7F80_0000 }
  case .float64:
    first(bytes.assumingMemoryBound(to: UInt64.self)) {
      // From 2¹²⁸ − 2¹⁰³ on, doubles round to an infinite float.
      $0 & 0x7FFF_FFFF_FFFF_FFFF >= 0x47EF_FFFF_F000_0000
    }
  default: nil
  }
}

@inline(__always)
private func first<Word: FixedWidthInteger>(
  _ words: UnsafeBufferPointer<Word>, where isBad: (Word) -> Bool
) -> Int? {
  var start = 0
  while start < words.count {
    let end = min(start + 4096, words.count)
    var bad = 0
    for index in start..<end { bad |= isBad(words[index]) ? 1 : 0 }
    if bad != 0 { return (start..<end).first { isBad(words[$0]) } }
    start = end
  }
  return nil
}
