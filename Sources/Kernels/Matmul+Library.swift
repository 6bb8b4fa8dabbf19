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
  /// Measured on one AMD Zen 3 core (AVX2) with OpenBLAS 0.3.21 and oneDNN 2.6.3, in % of what the
  /// core reaches in multiplications and additions alone (104 GF/s); in brackets, while the core's
  /// other thread was busy.
  ///
  /// | m×n×k | direct | oneDNN | OpenBLAS |
  /// |---|---|---|---|
  /// | nt 64×64×64 | **80** (**62**) | 78 (56) | 56 (40) |
  /// | nt 128×256×512 | **80** (**70**) | **80** (66) | 74 (61) |
  /// | nt 256×2048×784 | **79** (**66**) | 65 (50) | 74 (64) |
  /// | nt 64×10×256 | **55** (**46**) | 42 (31) | 36 (26) |
  /// | nt 32×512×784 | **82** (**64**) | 70 (48) | 63 (44) |
  /// | nt 256×2048×2048 | 71 (60) | 63 (52) | **74** (**65**) |
  /// | nn 64×64×64 | **88** (**69**) | 82 (62) | 59 (45) |
  /// | nn 128×784×512 | 84 (**68**) | **87** (67) | 79 (59) |
  /// | nn 256×2048×2048 | 73 (59) | 38 (31) | **80** (**65**) |
  /// | nn 128×256×10 | **59** (**47**) | 57 (43) | 29 (24) |
  /// | nn 128×512×256 | **86** (**75**) | 58 (48) | 76 (64) |
  /// | nn 128×1024×1024 | 76 (**65**) | 38 (32) | **77** (63) |
  /// | tn 64×64×64 | **86** (**64**) | 83 (59) | 62 (44) |
  /// | tn 256×512×128 | **85** (**70**) | 51 (42) | 74 (56) |
  /// | tn 2048×2048×256 | **79** (**71**) | **79** (68) | 77 (65) |
  /// | tn 10×256×128 | **87** (**66**) | 75 (51) | 37 (29) |
  /// | tn 512×784×128 | **85** (**75**) | 83 (70) | 75 (58) |
  /// | tn 128×64×512 | 72 (61) | **82** (**63**) | 75 (58) |
  ///
  /// And on one AMD Zen 4 core (AVX-512), of 117 GF/s:
  ///
  /// | m×n×k | direct | oneDNN | OpenBLAS |
  /// |---|---|---|---|
  /// | nt 64×64×64 | **92** | 65 | 73 |
  /// | nt 128×512×784 | **91** | **91** | 83 |
  /// | nt 256×2048×784 | **89** | 81 | 80 |
  /// | nt 256×2048×2048 | **83** | **82** | 76 |
  /// | nt 32×512×784 | **86** | 79 | 65 |
  /// | nt 64×2048×2048 | **81** | 59 | 57 |
  /// | nn 64×64×64 | **93** | 80 | **93** |
  /// | nn 128×64×784 | **96** | 90 | 85 |
  /// | nn 128×512×256 | **96** | **97** | 84 |
  /// | nn 32×512×512 | 87 | **97** | 74 |
  /// | nn 128×784×512 | 85 | **95** | 82 |
  /// | nn 256×2048×2048 | 75 | **89** | 81 |
  /// | nn 256×2048×30 | **91** | 80 | 70 |
  /// | tn 64×64×64 | **97** | 83 | **97** |
  /// | tn 256×64×128 | **99** | 89 | 84 |
  /// | tn 32×784×128 | 87 | **97** | 81 |
  /// | tn 512×784×128 | 91 | **93** | 85 |
  /// | tn 2048×2048×256 | 87 | **94** | 84 |
  /// | tn 20×2048×256 | **91** | 67 | 57 |
  /// | tn 2048×2048×64 | **85** | **84** | 73 |
  /// | tn 128×64×512 | 84 | **88** | 77 |
  static func fastest(_ form: Matmul.Form, m: Int, n: Int, k: Int) -> Matmul.Library {
    if InstructionSet.current == .avx512 { return fastestWithAVX512(form, m: m, n: n, k: k) }
    let isSmall = n * k <= 8192 || m * n * k <= 1 << 20
    let isLarge = n * k >= 1 << 20
    switch form {
    case .nt:
      // Rows 2 KiB or a multiple apart share the few cache lines that the loops then contend for.
      return m >= 256 && isLarge && k % 512 == 0 ? .openBLAS : .direct
    case .nn:
      if isSmall { return .direct }
      // With such rows oneDNN takes twice the time.
      if n % 512 != 0 { return .oneDNN }
      return isLarge ? .openBLAS : .direct
    case .tn:
      return n < 100 && !isSmall ? .oneDNN : .direct
    }
  }

  private static func fastestWithAVX512(
    _ form: Matmul.Form, m: Int, n: Int, k: Int
  ) -> Matmul.Library {
    switch form {
    case .nt: .direct
    case .nn: n * k >= 1 << 17 ? .oneDNN : .direct
    case .tn: m >= 32 && n >= 100 && k >= 128 ? .oneDNN : .direct
    }
  }
}
