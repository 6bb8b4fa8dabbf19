import HDF5
import Kernels

extension Column {
  /// All numbers of a band as floats.
  func convertFloats(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<Float>) {
    let count = bytes.count / type.byteCount
    // One row of all the band's numbers.
    let first: Int32 = 0
    withUnsafePointer(to: first) { first in
      Gather.rows(
        from: bytes.baseAddress!, type: ElementCode(type), rowWidth: count,
        indices: UnsafeBufferPointer(start: first, count: 1), scale: .none,
        into: FloatView(UnsafeMutableBufferPointer(start: target, count: count)))
    }
  }

  /// Converts the weights of rows, and checks them.
  /// - Parameter start: the first row's number.
  func decodeWeights(
    _ bytes: UnsafeRawBufferPointer, from start: Int, into target: UnsafeMutablePointer<Float>
  ) throws(DatasetError) {
    try checkFinite(bytes, from: start)
    convertFloats(bytes, into: target)
    for index in 0..<bytes.count / type.byteCount where target[index] < 0 {
      throw error("has the weight \(target[index]) in row \(start + index)", expected: "0 or more")
    }
  }

  /// - Parameter start: the first row's number.
  func checkFinite(
    _ bytes: UnsafeRawBufferPointer, from start: Int
  ) throws(DatasetError) {
    guard let index = firstNonFinite(bytes, type: ElementCode(type)) else { return }
    let value: Double =
      switch type {
      case .float16: Double(bytes.loadUnaligned(fromByteOffset: 2 * index, as: Float16.self))
      case .float32: Double(bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self))
      default: bytes.loadUnaligned(fromByteOffset: 8 * index, as: Double.self)
      }
    throw error(
      "has \(value) in row \(start + index / width), column \(index % width) (counted from 0)",
      expected: "finite numbers within a float's range",
      remedy: "remove the row or replace the value")
  }
}

extension ElementType {
  /// Converts integers of this type, as they lie in `bytes`.
  func convertIntegers(
    _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<Int64>
  ) {
    func convert<Number: FixedWidthInteger>(_: Number.Type) {
      bytes.withMemoryRebound(to: Number.self) { values in
        for index in values.indices { target[index] = Int64(truncatingIfNeeded: values[index]) }
      }
    }
    switch self {
    case .int8: convert(Int8.self)
    case .int16: convert(Int16.self)
    case .int32: convert(Int32.self)
    case .int64: convert(Int64.self)
    case .uint8: convert(UInt8.self)
    case .uint16: convert(UInt16.self)
    case .uint32: convert(UInt32.self)
    case .uint64: convert(UInt64.self)
    case .float16, .float32, .float64: preconditionFailure("row numbers are integers")
    }
  }
}
