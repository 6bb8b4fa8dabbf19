import HDF5

/// What looks at numbers of any type.
protocol NumberReader {
  /// - Parameter double: makes a number a double.
  mutating func read<Number>(_ numbers: UnsafeBufferPointer<Number>, _ double: (Number) -> Double)
}

extension NumberReader {
  /// Looks at bytes that are numbers of a type.
  mutating func read(_ bytes: UnsafeRawBufferPointer, as type: ElementType) {
    switch type {
    case .int8: read(bytes.bindMemory(to: Int8.self)) { Double($0) }
    case .int16: read(bytes.bindMemory(to: Int16.self)) { Double($0) }
    case .int32: read(bytes.bindMemory(to: Int32.self)) { Double($0) }
    case .int64: read(bytes.bindMemory(to: Int64.self)) { Double($0) }
    case .uint8: read(bytes.bindMemory(to: UInt8.self)) { Double($0) }
    case .uint16: read(bytes.bindMemory(to: UInt16.self)) { Double($0) }
    case .uint32: read(bytes.bindMemory(to: UInt32.self)) { Double($0) }
    case .uint64: read(bytes.bindMemory(to: UInt64.self)) { Double($0) }
    case .float16: read(bytes.bindMemory(to: Float16.self)) { Double($0) }
    case .float32: read(bytes.bindMemory(to: Float.self)) { Double($0) }
    case .float64: read(bytes.bindMemory(to: Double.self)) { $0 }
    }
  }
}
