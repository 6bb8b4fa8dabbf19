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
}
