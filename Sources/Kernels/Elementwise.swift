/// Loops over flat ranges; views of one call have the same count.
package enum Elementwise {
  /// result[i] = a[i]·b[i]; `result` may be `a` or `b`.
  package static func multiply(_ a: FloatView, _ b: FloatView, into result: FloatView) {
    precondition(a.count == b.count && a.count == result.count, "views of different length")
    for i in 0..<a.count { result.base[i] = a.base[i] * b.base[i] }
  }

  /// values[i] += added[i]
  package static func add(_ added: FloatView, into values: FloatView) {
    precondition(added.count == values.count, "views of different length")
    for i in 0..<values.count { values.base[i] += added.base[i] }
  }

  /// values[i] *= factor
  package static func scale(_ values: FloatView, by factor: Float) {
    for i in 0..<values.count { values.base[i] *= factor }
  }

  /// Σ values[i]² in a fixed order; not finite where a value is not.
  package static func sumOfSquares(_ values: FloatView) -> Double {
    Reference.sumOfSquares(values)
  }
}
