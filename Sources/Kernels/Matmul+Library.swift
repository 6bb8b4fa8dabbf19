extension Matmul {
  /// Who computes a product.
  package enum Library: CaseIterable, Sendable {
    /// The module's own loops.
    case direct
    case oneDNN
    case openBLAS
  }
}

extension Matmul.Library {
  /// The library that measured fastest for this form and size.
  static func fastest(_ form: Matmul.Form, m: Int, n: Int, k: Int) -> Matmul.Library {
    switch form {
    case .nn: n * k <= 8192 ? .direct : .openBLAS
    case .nt: n <= 16 ? .direct : .oneDNN
    case .tn: m * n <= 8192 ? .direct : .oneDNN
    }
  }
}
