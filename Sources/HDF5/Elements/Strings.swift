/// Strings to and from the bytes of a file.
extension StringType {
  /// The strings of fixed length that lie one after the other in `bytes`.
  func decodeFixed(_ bytes: UnsafeRawBufferPointer, during activity: Activity) throws(HDF5Error)
    -> [String]
  {
    let length = byteCount!
    var strings: [String] = []
    strings.reserveCapacity(bytes.count / length)
    for start in stride(from: 0, to: bytes.count, by: length) {
      let slot = bytes[start..<start + length]
      let text: Slice<UnsafeRawBufferPointer> =
        switch padding {
        case .nullTerminated: slot.prefix { $0 != 0 }
        case .nullPadded: slot[..<((slot.lastIndex { $0 != 0 } ?? start - 1) + 1)]
        case .spacePadded:
          slot[..<((slot.lastIndex { $0 != 0 && $0 != UInt8(ascii: " ") } ?? start - 1) + 1)]
        }
      strings.append(try Self.decode(text, index: strings.count, during: activity))
    }
    return strings
  }

  /// The strings of variable length that `pointers` point to; a null pointer is an empty string.
  static func decodeVariable(
    _ pointers: UnsafeBufferPointer<UnsafeMutablePointer<CChar>?>, during activity: Activity
  ) throws(HDF5Error) -> [String] {
    var strings: [String] = []
    strings.reserveCapacity(pointers.count)
    for pointer in pointers {
      let bytes = pointer.map { pointer in
        var count = 0
        while pointer[count] != 0 { count += 1 }
        return UnsafeRawBufferPointer(start: pointer, count: count)
      }
      strings.append(
        try decode(
          bytes ?? UnsafeRawBufferPointer(start: nil, count: 0), index: strings.count,
          during: activity))
    }
    return strings
  }

  private static func decode(
    _ bytes: some Collection<UInt8>, index: Int, during activity: Activity
  ) throws(HDF5Error) -> String {
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw activity.error("string \(index) is not valid UTF-8")
    }
    return string
  }

  /// `strings` as they lie in a file of fixed length.
  func encodeFixed(_ strings: [String], during activity: Activity) throws(HDF5Error) -> [UInt8] {
    let length = byteCount!
    let filler: UInt8 = padding == .spacePadded ? UInt8(ascii: " ") : 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(strings.count * length)
    for string in strings {
      try check(string, during: activity)
      let text = string.utf8
      let room = padding == .nullTerminated ? length - 1 : length
      guard text.count <= room else {
        throw activity.error(
          "\"\(string)\" has \(text.count) bytes of UTF-8; there is room for \(room)")
      }
      bytes.append(contentsOf: text)
      bytes.append(contentsOf: repeatElement(filler, count: length - text.count))
    }
    return bytes
  }

  /// Calls `body` with pointers to the strings, as the library takes strings of variable length.
  func withPointers(
    to strings: [String], during activity: Activity,
    _ body: (UnsafeRawPointer) throws(HDF5Error) -> Void
  ) throws(HDF5Error) {
    var text: [CChar] = []
    var starts: [Int] = []
    for string in strings {
      try check(string, during: activity)
      starts.append(text.count)
      text.append(contentsOf: string.utf8CString)
    }
    try text.withUnsafeBufferPointer { text throws(HDF5Error) in
      let pointers = starts.map { text.baseAddress! + $0 }
      try pointers.withBytes { bytes throws(HDF5Error) in try body(bytes.baseAddress!) }
    }
  }

  private func check(_ string: String, during activity: Activity) throws(HDF5Error) {
    if string.utf8.contains(0) {
      throw activity.error("\"\(string)\" has a zero byte in it, where a stored string would end")
    }
    if encoding == .ascii, !string.utf8.allSatisfy({ $0 < 128 }) {
      throw activity.error("\"\(string)\" is not ASCII")
    }
  }
}
