import CHDF5

/// How strings are stored.
public struct StringType: Sendable, Equatable, CustomStringConvertible {
  public enum Encoding: Sendable {
    case ascii, utf8
  }

  /// What fills a string of fixed length up.
  public enum Padding: Sendable {
    /// The string ends at the first zero byte.
    case nullTerminated
    case nullPadded
    case spacePadded
  }

  /// The bytes of a string of fixed length; nil for strings that each have a length of their own.
  public var byteCount: Int?
  public var encoding: Encoding
  public var padding: Padding

  public init(byteCount: Int?, encoding: Encoding, padding: Padding = .nullPadded) {
    self.byteCount = byteCount
    self.encoding = encoding
    self.padding = byteCount == nil ? .nullTerminated : padding
  }

  /// Strings that each have a length of their own, as h5py writes them. They lie in a heap without
  /// checksums; prefer a fixed length where a file has to survive flipped bits.
  public static var variable: StringType { StringType(byteCount: nil, encoding: .utf8) }

  /// Strings of at most `byteCount` bytes of UTF-8, shorter ones filled up with zero bytes.
  public static func fixed(_ byteCount: Int) -> StringType {
    StringType(byteCount: byteCount, encoding: .utf8)
  }

  /// A fixed length with room for each of `strings`.
  public static func fitting(_ strings: [String]) -> StringType {
    fixed(max(1, strings.map(\.utf8.count).max() ?? 1))
  }

  public var description: String {
    let length =
      byteCount.map { "strings of \($0) byte\($0 == 1 ? "" : "s")" } ?? "strings of variable length"
    return length + (encoding == .ascii ? " (ASCII)" : " (UTF-8)")
  }
}

extension StringType {
  /// Describes a string type of the library.
  init(_ type: Handle, during activity: Activity) throws(HDF5Error) {
    let isVariable = try H5T.isVariableString(type, during: activity)
    let encoding: Encoding =
      try H5T.encoding(type, during: activity) == H5T_CSET_UTF8 ? .utf8 : .ascii
    let padding: Padding =
      switch try H5T.padding(type, during: activity) {
      case H5T_STR_NULLTERM: .nullTerminated
      case H5T_STR_SPACEPAD: .spacePadded
      default: .nullPadded
      }
    self.init(
      byteCount: isVariable ? nil : try H5T.size(type, during: activity), encoding: encoding,
      padding: padding)
  }

  /// This type as the library knows it.
  func makeHandle(during activity: Activity) throws(HDF5Error) -> Handle {
    if let byteCount, byteCount < 1 {
      throw activity.error("strings of \(byteCount) bytes; at least 1 is needed")
    }
    let type = try H5T.copy(chdf5_c_string_type, during: activity)
    try H5T.setSize(type, byteCount ?? chdf5_variable_length(), during: activity)
    try H5T.setEncoding(type, encoding == .utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII, during: activity)
    let padding =
      switch padding {
      case .nullTerminated: H5T_STR_NULLTERM
      case .nullPadded: H5T_STR_NULLPAD
      case .spacePadded: H5T_STR_SPACEPAD
      }
    try H5T.setPadding(type, padding, during: activity)
    return type
  }
}
