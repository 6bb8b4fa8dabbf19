import CKernels

/// Loops over flat ranges; views of one call have the same count.
package enum Elementwise {
  /// result[i] = a[i]·b[i]; `result` may be `a` or `b`.
  package static func multiply(
    _ a: FloatView, _ b: FloatView, into result: FloatView, with set: InstructionSet = .current
  ) {
    precondition(a.count == b.count && a.count == result.count, "views of different length")
    set.loops.pointee.multiply(a.count, a.base, b.base, result.base)
  }

  /// values[i] += added[i]
  package static func add(
    _ added: FloatView, into values: FloatView, with set: InstructionSet = .current
  ) {
    precondition(added.count == values.count, "views of different length")
    set.loops.pointee.add(added.count, added.base, values.base)
  }

  /// values[i] *= factor
  package static func scale(
    _ values: FloatView, by factor: Float, with set: InstructionSet = .current
  ) {
    set.loops.pointee.scale(values.count, factor, values.base)
  }

  /// Σ values[i]² in a fixed order; not finite where a value is not.
  package static func sumOfSquares(
    _ values: FloatView, with set: InstructionSet = .current
  ) -> Double {
    set.loops.pointee.sum_of_squares(values.count, values.base)
  }
}
