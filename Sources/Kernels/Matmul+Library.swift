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
  ///
  /// Measured on one AMD Zen 3 core (AVX2, peak 99 GF/s) with OpenBLAS 0.3.21, oneDNN 2.6.3 and 4
  /// to 1024 rows; GF/s of direct / oneDNN / OpenBLAS at m×n×k:
  ///
  /// | form | small | medium | large |
  /// |---|---|---|---|
  /// | nt | 64×64×64: **90** / 87 / 63 | 128×256×512: 92 / **94** / 86 | 256×2048×784: **90** / 83 / 87 |
  /// | nt | 64×10×256: **61** / 47 / 40 | 32×512×784: **92** / 79 / 67 | 512×512×4096: 85 / 85 / **90** |
  /// | nn | 64×64×64: **97** / 92 / 66 | 128×784×512: 92 / **98** / 87 | 256×2048×2048: 87 / 46 / **92** |
  /// | nn | 128×256×10: **78** / 70 / 32 | 128×512×256: **94** / 67 / 83 | 128×1024×1024: **87** / 47 / **87** |
  /// | tn | 64×64×64: **95** / 92 / 69 | 256×512×128: **95** / 67 / 84 | 2048×2048×256: 93 / **94** / 90 |
  /// | tn | 10×256×128: **96** / 86 / 41 | 512×784×128: **95** / 94 / 85 | 128×64×512: 80 / **93** / 84 |
  static func fastest(_ form: Matmul.Form, m: Int, n: Int, k: Int) -> Matmul.Library {
    let isSmall = n * k <= 8192 || m * n * k <= 1 << 20
    let isLarge = n * k >= 1 << 20
    switch form {
    case .nt:
      if n * k <= 8192 || n <= 16 || m <= 16 || (m <= 32 && k >= 256) { return .direct }
      guard n * k > 1 << 18, k >= 384 else { return .oneDNN }
      return m <= 256 || k % 512 != 0 ? .direct : .openBLAS
    case .nn:
      if isSmall { return .direct }
      // Rows 2 KiB or a multiple apart share the few cache lines that oneDNN then contends for.
      if n % 512 != 0 { return .oneDNN }
      return isLarge ? .openBLAS : .direct
    case .tn:
      let isNarrow = n <= 100 && !isSmall
      return isNarrow || m * n >= 1 << 20 ? .oneDNN : .direct
    }
  }
}
