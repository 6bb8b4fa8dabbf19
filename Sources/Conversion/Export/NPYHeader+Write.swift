import HDF5

extension NPYHeader {
  /// The bytes of a header, version 1.0, for an array in C order and this machine's byte order.
  static func bytes(type: ElementType, shape: [Int]) -> [UInt8] {
    let kind = type.isFloat ? "f" : type.isSigned ? "i" : "u"
    let order = type.byteCount == 1 ? "|" : ByteOrder.native == .littleEndian ? "<" : ">"
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let text =
      "{'descr': '\(order)\(kind)\(type.byteCount)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // Values start at a multiple of 64, as NumPy has it; a line feed ends the header.
    let length = magic.count + 4 + text.utf8.count + 1
    let padding = (64 - length % 64) % 64
    let count = text.utf8.count + padding + 1
    return magic + [1, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(text.utf8)
      + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }
}
