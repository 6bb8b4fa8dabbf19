import CHDF5

/// What a dataset or an attribute is made of, as its file says.
public enum StoredType: Sendable, Equatable, CustomStringConvertible {
  /// Numbers. Enumerations (h5py's booleans are some) count as the integers they are stored as.
  case number(ElementType, ByteOrder)

  case string(StringType)

  /// Compound, reference, variable-length and other data, in words. It cannot be read.
  case unsupported(String)

  public var description: String {
    switch self {
    case .number(let type, let order):
      order == .native || type.byteCount == 1 ? "\(type)" : "\(type) (\(order.words))"
    case .string(let type): "\(type)"
    case .unsupported(let words): words
    }
  }
}

extension ByteOrder {
  var words: String { self == .bigEndian ? "big-endian" : "little-endian" }
}

extension StoredType {
  /// Describes a type of the library.
  init(_ type: Handle, during activity: Activity) throws(HDF5Error) {
    switch try H5T.classOf(type, during: activity) {
    case H5T_INTEGER, H5T_FLOAT: self = try .number(type, during: activity)
    case H5T_ENUM: self = try .number(H5T.base(type, during: activity), during: activity)
    case H5T_STRING: self = .string(try StringType(type, during: activity))
    case H5T_BITFIELD: self = .unsupported("bit fields")
    case H5T_OPAQUE: self = .unsupported("opaque data")
    case H5T_COMPOUND: self = .unsupported("compound data")
    case H5T_REFERENCE: self = .unsupported("references")
    case H5T_VLEN: self = .unsupported("variable-length sequences")
    case H5T_ARRAY: self = .unsupported("arrays as elements")
    default: self = .unsupported("data of an unknown class")
    }
  }

  /// The element type whose form in a file is the same, bit for bit: this leaves out integers with
  /// padding, bfloat16, x87 extended floats and VAX byte order.
  private static func number(_ type: Handle, during activity: Activity) throws(HDF5Error)
    -> StoredType
  {
    let size = try H5T.size(type, during: activity)
    for candidate in ElementType.allCases where candidate.byteCount == size {
      for order in ByteOrder.allCases {
        let form = try H5T.number(candidate, order, during: activity)
        if try H5T.areEqual(type, form, during: activity) { return .number(candidate, order) }
      }
    }
    let kind = try H5T.classOf(type, during: activity) == H5T_FLOAT ? "floats" : "integers"
    return .unsupported("\(kind) of \(size) bytes in a form of their own")
  }
}

extension H5T {
  /// The form of a number in a file.
  static func number(_ type: ElementType, _ order: ByteOrder, during activity: Activity)
    throws(HDF5Error) -> Handle
  {
    let isBigEndian: Int32 = order == .bigEndian ? 1 : 0
    let size = UInt32(type.byteCount)
    switch type {
    case .float16:
      let half = try copy({ chdf5_float_type(4, isBigEndian) }, during: activity)
      try setHalfFloat(half, during: activity)
      return half
    case .float32, .float64:
      return try copy({ chdf5_float_type(size, isBigEndian) }, during: activity)
    default:
      let isSigned: Int32 = type.isSigned ? 1 : 0
      return try copy({ chdf5_integer_type(size, isSigned, isBigEndian) }, during: activity)
    }
  }
}
