/// Numbers between their form in a file and their form in memory.
extension ElementType {
  /// Reverses the bytes of each element.
  public func swapBytes(_ memory: UnsafeMutableRawBufferPointer) {
    switch byteCount {
    case 2: Self.swap(memory, UInt16.self)
    case 4: Self.swap(memory, UInt32.self)
    case 8: Self.swap(memory, UInt64.self)
    default: break
    }
  }

  private static func swap<Word: FixedWidthInteger & BitwiseCopyable>(
    _ memory: UnsafeMutableRawBufferPointer, _ word: Word.Type
  ) {
    let size = MemoryLayout<Word>.size
    for offset in stride(from: 0, to: memory.count, by: size) {
      let value = memory.loadUnaligned(fromByteOffset: offset, as: word)
      memory.storeBytes(of: value.byteSwapped, toByteOffset: offset, as: word)
    }
  }

  /// The elements that lie in `bytes` in this machine's byte order, as values of a type that holds
  /// every one of them.
  func widen<T: Element>(_ bytes: UnsafeRawBufferPointer, to type: T.Type) -> [T] {
    precondition(T.elementType.holdsEvery(self), "a conversion that could lose values")
    switch self {
    case .int8: return Self.integers(bytes, Int8.self)
    case .int16: return Self.integers(bytes, Int16.self)
    case .int32: return Self.integers(bytes, Int32.self)
    case .int64: return Self.integers(bytes, Int64.self)
    case .uint8: return Self.integers(bytes, UInt8.self)
    case .uint16: return Self.integers(bytes, UInt16.self)
    case .uint32: return Self.integers(bytes, UInt32.self)
    case .uint64: return Self.copies(bytes)  // Only uint64 holds every uint64.
    case .float16: return Self.floats(bytes, UInt16.self) { HalfFloat.float($0) }
    case .float32: return Self.floats(bytes, UInt32.self) { Float(bitPattern: $0) }
    case .float64: return Self.copies(bytes)
    }
  }

  private static func integers<S: FixedWidthInteger & BitwiseCopyable, T: Element>(
    _ bytes: UnsafeRawBufferPointer, _ source: S.Type
  ) -> [T] {
    (0..<bytes.count / MemoryLayout<S>.size).map { index in
      T(Int64(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<S>.size, as: source)))
    }
  }

  private static func floats<Bits: BitwiseCopyable, T: Element>(
    _ bytes: UnsafeRawBufferPointer, _ bits: Bits.Type, _ value: (Bits) -> Float
  ) -> [T] {
    (0..<bytes.count / MemoryLayout<Bits>.size).map { index in
      T(
        Double(
          value(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: bits))))
    }
  }

  private static func copies<T: Element>(_ bytes: UnsafeRawBufferPointer) -> [T] {
    (0..<bytes.count / MemoryLayout<T>.size).map { index in
      bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)
    }
  }
}
