/// The numbers that datasets and attributes are made of.
public enum ElementType: String, Sendable, CaseIterable, CustomStringConvertible {
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case float16, float32, float64

  /// The size of one element.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  public var isFloat: Bool {
    switch self {
    case .float16, .float32, .float64: true
    default: false
    }
  }

  public var isSigned: Bool {
    switch self {
    case .uint8, .uint16, .uint32, .uint64: false
    default: true
    }
  }

  public var description: String { rawValue }

  /// Whether every value of `other` has the same value in this type.
  public func holdsEvery(_ other: ElementType) -> Bool {
    switch (isFloat, other.isFloat) {
    case (true, true): byteCount >= other.byteCount
    case (true, false): exactIntegerBits >= 8 * other.byteCount - (other.isSigned ? 1 : 0)
    case (false, true): false
    case (false, false):
      isSigned == other.isSigned
        ? byteCount >= other.byteCount : isSigned && byteCount > other.byteCount
    }
  }

  /// Up to how many bits every integer is exact in this floating-point type.
  private var exactIntegerBits: Int {
    switch self {
    case .float16: 11
    case .float32: 24
    default: 53
    }
  }
}

/// Which byte of a number comes first in the file.
public enum ByteOrder: String, Sendable, CaseIterable {
  case littleEndian, bigEndian

  /// This machine's order.
  public static var native: ByteOrder { 1.littleEndian == 1 ? .littleEndian : .bigEndian }
}
