import HDF5

/// The start of an IDX file (the format of the MNIST data sets): two zero bytes, a type code, the
/// number of dimensions, then each dimension as a big-endian 32-bit number. The values follow, row
/// by row, big-endian.
struct IDXHeader: Equatable {
  let type: ElementType
  /// (rows, …row shape)
  let shape: [Int]
  private let size: ArraySize

  var byteCount: Int { size.byteCount }
  var rowBytes: Int { size.rowBytes }
  var rows: Int { shape[0] }
  var rowShape: [Int] { Array(shape.dropFirst()) }
  /// Where the values start in the file.
  var length: Int { 4 + 4 * shape.count }

  /// Whether a file that starts so can be one.
  static func isMagic(_ start: [UInt8]) -> Bool {
    start.count >= 4 && start[0] == 0 && start[1] == 0 && types[start[2]] != nil && start[3] > 0
  }

  /// The type and the number of dimensions that the first four bytes announce.
  static func magic(
    _ bytes: [UInt8], path: String
  ) throws(ConversionError) -> (type: ElementType, dimensions: Int) {
    let found = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    guard bytes.count == 4, bytes[0] == 0, bytes[1] == 0 else {
      throw ConversionError(
        subject: path,
        problem: bytes.isEmpty ? "is empty" : "starts with the bytes \(found)",
        expected: "an IDX file, which starts with 00 00, plain or compressed by gzip or Zstandard",
        remedy: "check that this is the right file and that it was downloaded whole")
    }
    guard let type = types[bytes[2]] else {
      throw ConversionError(
        subject: path, problem: "has the IDX type code \(found.dropFirst(6).prefix(2))",
        expected: "08, 09, 0b, 0c, 0d or 0e (8-bit, 16-bit and 32-bit integers, floats, doubles)")
    }
    guard bytes[3] > 0 else {
      throw ConversionError(
        subject: path, problem: "has 0 dimensions", expected: "1 or more, the first one the rows")
    }
    return (type, Int(bytes[3]))
  }

  /// - Parameter dimensions: 4 bytes each.
  init(type: ElementType, dimensions: [UInt8], path: String) throws(ConversionError) {
    var shape: [Int] = []
    for start in stride(from: 0, to: dimensions.count, by: 4) {
      shape.append(dimensions[start..<start + 4].reduce(0) { $0 << 8 | Int($1) })
    }
    self.type = type
    self.shape = shape
    size = try ArraySize(shape, of: type, path: path)
  }

  private static let types: [UInt8: ElementType] = [
    0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
  ]
}
