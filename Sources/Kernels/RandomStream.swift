import CKernels
import Glibc

/// Numbers that depend on a seed, a purpose and an address only: the same stream each time it is
/// made, wherever and whenever that is.
///
/// Streams that differ in seed, purpose or address share no block of the generator.
/// A stream holds 2³⁴ words.
package struct RandomStream: Sendable {
  /// What a stream is for: keeps, say, shuffling apart from dropout under one seed.
  package enum Purpose: UInt32, Sendable {
    case initialization = 1
    case shuffling = 2
    case dropout = 3
    case selection = 5
  }

  /// Words that are worked out together.
  private static let bufferCount = 64

  private let key: UInt64
  /// Of the block after the words in `buffer`.
  private var counter: SIMD4<UInt32>
  private var buffer = InlineArray<64, UInt32>(repeating: 0)
  private var used = bufferCount

  /// - Parameters:
  ///   - index: below 2²⁴, say a tensor's or layer's number.
  ///   - a: any number, say an epoch.
  ///   - b: any other.
  package init(seed: UInt64, purpose: Purpose, index: Int = 0, a: UInt32 = 0, b: UInt32 = 0) {
    precondition(index >= 0 && index < 1 << 24, "index of a random stream out of range")
    key = seed
    counter = SIMD4(0, a, b, purpose.rawValue << 24 | UInt32(index))
  }

  /// 32 random bits: the words of `Philox`, block after block.
  package mutating func next() -> UInt32 {
    if used == Self.bufferCount { refill() }
    defer { used += 1 }
    return buffer[used]
  }

  /// Passes over so many words at once: the next one is what it would be after as many calls of
  /// `next`.
  package mutating func skip(_ words: Int) {
    precondition(words >= 0, "a stream does not go back")
    let ready = Self.bufferCount - used
    guard words > ready else {
      used += words
      return
    }
    let (buffers, rest) = (words - ready).quotientAndRemainder(dividingBy: Self.bufferCount)
    counter[0] &+= UInt32(truncatingIfNeeded: buffers * (Self.bufferCount / 4))
    used = Self.bufferCount
    if rest > 0 {
      refill()
      used = rest
    }
  }

  private mutating func refill() {
    let (key, start) = (key, counter)
    var words = buffer.mutableSpan
    words.withUnsafeMutableBufferPointer { words in
      withUnsafeBytes(of: start) { start in
        InstructionSet.current.loops.pointee.random_words(
          key, start.baseAddress!.assumingMemoryBound(to: UInt32.self), words.count,
          words.baseAddress!)
      }
    }
    counter[0] &+= UInt32(Self.bufferCount / 4)
    used = 0
  }

  /// Uniform on [0, 1): a multiple of 2⁻²⁴.
  package mutating func uniform() -> Float { Self.uniform(next()) }

  /// By way of a signed integer, which processors convert faster; it has 24 bits.
  private static func uniform(_ word: UInt32) -> Float {
    Float(Int32(truncatingIfNeeded: word >> 8)) * 0x1p-24
  }

  /// Uniform on 0 ..< bound, by multiplying 64 random bits: the bias is below bound / 2⁶⁴.
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "no number is below \(bound)")
    let low = UInt64(next())
    let bits = UInt64(next()) << 32 | low
    return Int(bits.multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Fills with uniform numbers on [low, high).
  package mutating func fillUniform(low: Float, high: Float, into out: FloatView) {
    var start = 0
    while start < out.count {
      if used == Self.bufferCount { refill() }
      let count = min(Self.bufferCount - used, out.count - start)
      // A loop over the buffer, of vectors.
      buffer.span.withUnsafeBufferPointer { words in
        for i in 0..<count {
          out.base[start + i] = low + (high - low) * Self.uniform(words[used + i])
        }
      }
      used += count
      start += count
    }
  }

  /// Fills with normal numbers, by the Box–Muller transform in double precision.
  package mutating func fillNormal(mean: Float, deviation: Float, into out: FloatView) {
    var i = 0
    while i < out.count {
      let radius = (-2 * log((Double(next()) + 1) * 0x1p-32)).squareRoot()
      let angle = 2 * Double.pi * Double(next()) * 0x1p-32
      out.base[i] = mean + deviation * Float(radius * cos(angle))
      if i + 1 < out.count { out.base[i + 1] = mean + deviation * Float(radius * sin(angle)) }
      i += 2
    }
  }
}
