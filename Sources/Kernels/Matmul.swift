import CKernels
import COneDNN
import COpenBLAS

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
  package static func prepareThread() {
    omp_set_num_threads(1)
  }

  /// Tells the libraries by the environment, where they look before they can be told otherwise.
  /// `check` does it too.
  package static func prepareProcess() {
    openblas_prepare()
  }

  /// Throws where a library that `multiply` needs is missing, and says which package to install.
  package static func check() throws(NumericsError) {
    guard let problem = openblas_load() else { return }
    throw NumericsError(
      "\(String(cString: problem)); install OpenBLAS's pthreads build"
        + " (Debian and Ubuntu: apt-get install libopenblas0-pthread)")
  }

  /// c = op(a)·op(b), or c += op(a)·op(b) where `accumulate`; c is (m, n).
  ///
  /// - Precondition: `check()` has returned (otherwise a product may come from another library, with
  ///   other last bits); c does not overlap a or b.
  package static func multiply(
    _ form: Form, m: Int, n: Int, k: Int, a: FloatView, b: FloatView, into c: FloatView,
    accumulate: Bool = false
  ) {
    multiply(
      form, m: m, n: n, k: k, a: a, b: b, into: c, accumulate: accumulate,
      by: .fastest(form, m: m, n: n, k: k))
  }

  /// The same by a given library.
  package static func multiply(
    _ form: Form, m: Int, n: Int, k: Int, a: FloatView, b: FloatView, into c: FloatView,
    accumulate: Bool, by library: Library, with set: InstructionSet = .current
  ) {
    precondition(a.count >= m * k && b.count >= k * n && c.count >= m * n, "matrix too small")
    guard m > 0, n > 0 else { return }
    let (transposeA, transposeB) = (form == .tn, form == .nt)
    let done =
      switch library {
      case _ where k == 0: false
      case .direct: false
      case .oneDNN:
        onednn_multiply(transposeA, transposeB, m, n, k, a.base, b.base, c.base, accumulate)
      case .openBLAS:
        openblas_multiply(transposeA, transposeB, m, n, k, a.base, b.base, c.base, accumulate)
      }
    if done { return }
    set.loops.pointee.matmul(
      transposeA, transposeB, m, n, k, a.base, b.base, c.base, accumulate)
  }
}
