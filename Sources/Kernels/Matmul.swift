/// The one door to matrix multiplication.
///
/// Every product runs on the calling thread alone, and depends on its form, sizes and values only.
package enum Matmul {
  /// Which operand is transposed; all matrices are row-major without gaps.
  package enum Form: CaseIterable, Sendable {
    /// a is (m, k), b is (k, n).
    case nn
    /// a is (m, k), b is (n, k).
    case nt
    /// a is (k, m), b is (k, n).
    case tn
  }

  /// To be called on each thread before its first `multiply`, and cheap enough to be called once a
  /// step: keeps the libraries from starting threads of their own.
  package static func prepareThread() {}

  /// Throws where a library that `multiply` needs is missing, and says which package to install.
  package static func check() throws(NumericsError) {}

  /// c = op(a)·op(b), or c += op(a)·op(b) where `accumulate`; c is (m, n).
  ///
  /// - Precondition: `check()` has returned; c does not overlap a or b.
  package static func multiply(
    _ form: Form, m: Int, n: Int, k: Int, a: FloatView, b: FloatView, into c: FloatView,
    accumulate: Bool = false
  ) {
    Reference.multiply(form, m: m, n: n, k: k, a: a, b: b, into: c, accumulate: accumulate)
  }
}
