/// The type of the numbers in a resident buffer, in the machine's byte order.
package enum ElementCode: Int32, CaseIterable, Sendable {
  case uint8
  case int8
  case uint16
  case int16
  case uint32
  case int32
  case uint64
  case int64
  case float16
  case float32
  case float64

  package var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16, .float16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}

/// Copies rows by index out of a typed buffer, as normalised floats.
package enum Gather {
  /// A value v becomes v·scale + shift.
  package enum ScaleShift {
    case none
    case uniform(scale: Float, shift: Float)
    /// One scale and one shift per column.
    case perFeature(scale: FloatView, shift: FloatView)
  }

  /// out[r,c] = Float(base[indices[r], c])·scale + shift; out is (indices.count, rowWidth).
  ///
  /// - Parameter base: rows of `rowWidth` numbers, one after another; needs no alignment.
  /// - Precondition: every index is a row of the buffer: this cannot be checked here.
  package static func rows(
    from base: UnsafeRawPointer, type: ElementCode, rowWidth: Int,
    indices: UnsafeBufferPointer<Int32>, scale: ScaleShift, into out: FloatView
  ) {
    Reference.gather(
      from: base, type: type, rowWidth: rowWidth, indices: indices, scale: scale, into: out)
  }
}
