import Kernels

/// The index of the first value that is NaN or infinite, or, as doubles can be, becomes infinite
/// as a `Float`; nil when there is none, and for integers.
///
/// Most data has none, so the search looks at 4096 values at a time without branches.
package func firstNonFinite(_ bytes: UnsafeRawBufferPointer, type: ElementCode) -> Int? {
  switch type {
  case .float16:
    first(bytes.assumingMemoryBound(to: UInt16.self), from: 0x7C00)
  case .float32:
    first(bytes.assumingMemoryBound(to: UInt32.self), from: 0x7F80_0000)
  case .float64:
    // From 2¹²⁸ − 2¹⁰³ on, doubles round to an infinite float.
    first(bytes.assumingMemoryBound(to: UInt64.self), from: 0x47EF_FFFF_F000_0000)
  default: nil
  }
}

/// The index of the first word that is `least` or more, without its sign bit.
@inline(__always)
private func first<Word: FixedWidthInteger & UnsignedInteger>(
  _ words: UnsafeBufferPointer<Word>, from least: Word
) -> Int? {
  let sign: Word = 1 &<< Word(Word.bitWidth - 1)
  // Such a word carries into the sign bit.
  let carry = sign &- least
  var start = 0
  while start < words.count {
    let end = min(start + 4096, words.count)
    var all: Word = 0
    for index in start..<end { all |= (words[index] & ~sign) &+ carry }
    if all & sign != 0 { return (start..<end).first { words[$0] & ~sign >= least } }
    start = end
  }
  return nil
}
