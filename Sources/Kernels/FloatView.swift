/// Floats that somebody else owns: where they are and how many.
///
/// Layers and kernels read and write through views; the owner (an `AlignedBuffer` of a replica, or
/// of the trainer) outlives every call that it hands a view to. Who may write through a view, and
/// when, is told by `Training/README.md`.
package struct FloatView {
  package let base: UnsafeMutablePointer<Float>
  package let count: Int

  @inlinable package init(_ buffer: UnsafeMutableBufferPointer<Float>) {
    base = buffer.baseAddress!
    count = buffer.count
  }

  /// The part of this view that starts at `range.lowerBound`.
  @inlinable package func slice(_ range: Range<Int>) -> FloatView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "slice outside the view")
    return FloatView(UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  @inlinable package func prefix(_ length: Int) -> FloatView { slice(0..<length) }

  @inlinable package subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index outside the view")
      return base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index outside the view")
      base[index] = newValue
    }
  }

  @inlinable package func fill(_ value: Float) {
    base.update(repeating: value, count: count)
  }

  @inlinable package func copy(from source: FloatView) {
    precondition(source.count == count, "copy between views of different length")
    base.update(from: source.base, count: count)
  }

  /// Moves every value towards that of `target`: value += weight · (target − value).
  @inlinable package func approach(_ target: FloatView, by weight: Float) {
    precondition(target.count == count, "approach between views of different length")
    let (own, other) = (base, target.base)
    for index in 0..<count { own[index] += weight * (other[index] - own[index]) }
  }
}
