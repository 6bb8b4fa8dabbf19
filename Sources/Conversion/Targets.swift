import Datasets
import HDF5
import Kernels

/// The targets of a split's sources, in memory, checked.
struct Targets {
  let type: ElementType
  /// Empty for one number a row.
  let rowShape: [Int]
  /// (rows, …row shape) in the machine's byte order.
  let bytes: [UInt8]
  /// The class of each row; empty when targets are values.
  let classes: [Int32]

  var rowBytes: Int { rowShape.reduce(type.byteCount, *) }

  /// Integers, one for each row, are classes. Anything else is values.
  static func areClasses(type: ElementType, rowShape: [Int]) -> Bool {
    !type.isFloat && rowShape.reduce(1, *) == 1
  }

  /// Reads the labels of all pairs.
  init(_ pairs: [IDXPair]) throws(ConversionError) {
    let header = pairs[0].labels.header
    type = header.type
    // A column of single numbers is numbers.
    rowShape = header.rowShape == [1] ? [] : header.rowShape
    var bytes: [UInt8] = []
    var classes: [Int32] = []
    for pair in pairs {
      let part = try Self.read(pair.labels)
      if Self.areClasses(type: header.type, rowShape: header.rowShape) {
        classes += try Self.classes(part, type: header.type, path: pair.labels.path)
      } else {
        try part.withUnsafeBufferPointer { part throws(ConversionError) in
          try checkFinite(
            UnsafeRawBufferPointer(part), type: header.type, width: header.rowShape.reduce(1, *),
            row: 0, path: pair.labels.path)
        }
      }
      bytes += part
    }
    self.bytes = bytes
    self.classes = classes
  }

  /// Throws if a class is not below `count`.
  func check(below count: Int, because: String, path: String) throws(ConversionError) {
    guard let row = classes.firstIndex(where: { Int($0) >= count }) else { return }
    throw ConversionError(
      subject: path, problem: "has the label \(classes[row]) in row \(row)",
      expected: "a class from 0 to \(count - 1), \(because)")
  }

  private static func read(_ file: IDXFile) throws(ConversionError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: file.header.byteCount)
    try bytes.withUnsafeMutableBufferPointer { buffer throws(ConversionError) in
      try file.read(rows: file.header.rows, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes
  }

  private static func classes(
    _ bytes: [UInt8], type: ElementType, path: String
  ) throws(ConversionError) -> [Int32] {
    let values: [Int32] = bytes.withUnsafeBytes { bytes in
      switch type {
      case .uint8: bytes.map(Int32.init)
      case .int8: bytes.bindMemory(to: Int8.self).map(Int32.init)
      case .int16: bytes.bindMemory(to: Int16.self).map(Int32.init)
      default: Array(bytes.bindMemory(to: Int32.self))
      }
    }
    if let row = values.firstIndex(where: { !(0..<TargetSchema.mostClasses).contains(Int($0)) }) {
      throw ConversionError(
        subject: path, problem: "has the label \(values[row]) in row \(row)",
        expected: "a class from 0 to \(TargetSchema.mostClasses - 1)")
    }
    return values
  }
}

/// Throws if a number among `bytes` is NaN or infinite.
/// - Parameter row: the number of the first row.
func checkFinite(
  _ bytes: UnsafeRawBufferPointer, type: ElementType, width: Int, row: Int, path: String
) throws(ConversionError) {
  guard let index = firstNonFinite(bytes, type: ElementCode(type)) else { return }
  throw ConversionError(
    subject: path,
    problem: "has a number that is NaN, infinite or beyond a float's range in row "
      + "\(row + index / width), column \(index % width) (counted from 0)",
    expected: "finite numbers", remedy: "remove the row or replace the value")
}
