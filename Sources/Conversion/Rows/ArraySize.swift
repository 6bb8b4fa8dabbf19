import HDF5

/// How large an array is that a header declares, checked.
struct ArraySize: Equatable {
  /// Bytes of all values, and of one row's.
  let byteCount: Int
  let rowBytes: Int

  /// - Parameter shape: (rows, …row shape), no side negative.
  /// - Throws: `ConversionError` for an array without values, or of more than can be.
  init(_ shape: [Int], of type: ElementType, path: String) throws(ConversionError) {
    let text = shape.map(String.init).joined(separator: "×")
    guard !shape.contains(0) else {
      throw ConversionError(
        subject: path, problem: shape[0] == 0 ? "has 0 rows" : "declares empty rows (\(text))",
        expected: "at least one value")
    }
    var bytes = type.byteCount
    for size in shape.dropFirst() + [shape[0]] {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      // Room for the header and for arithmetic.
      guard !overflow, product < 1 << 60 else {
        throw ConversionError(
          subject: path, problem: "declares \(text) values, more than a machine can address",
          remedy: "the file is damaged: get it again")
      }
      bytes = product
    }
    guard shape[0] <= Int(Int32.max) else {
      throw ConversionError(
        subject: path, problem: "has \(shape[0]) rows", expected: "at most \(Int32.max)")
    }
    byteCount = bytes
    rowBytes = bytes / shape[0]
  }
}
