extension UInt8 {
  /// Its two digits.
  package var hexadecimal: String { (self < 16 ? "0" : "") + String(self, radix: 16) }
}

extension Sequence<UInt8> {
  /// Two digits for each byte.
  var hexadecimal: String { map(\.hexadecimal).joined() }
}
