/// Bytes read front to back: of a source file, or of a member of an archive.
protocol ByteReader: AnyObject {
  /// What messages call the bytes: the path of the file, and the member's name.
  var path: String { get }
  /// How many bytes there are in all, where that is known without reading them.
  var byteCount: Int? { get }
  /// No more bytes than this can come, whatever the content says of itself.
  var mostBytes: Int { get }
  /// Bytes read so far.
  var position: Int { get }

  /// Fills `bytes`, or less at the end.
  /// - Returns: the number of bytes read.
  func read(into bytes: UnsafeMutableRawBufferPointer) throws(ConversionError) -> Int
}

extension ByteReader {
  /// Reads `count` bytes, or less at the end.
  func read(count: Int) throws(ConversionError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    try bytes.withUnsafeMutableBufferPointer { buffer throws(ConversionError) in
      filled = try read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    bytes.removeLast(count - filled)
    return bytes
  }
}
