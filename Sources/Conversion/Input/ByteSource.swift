/// Bytes that can be read from their start any number of times: a source file, or a member of an
/// archive.
protocol ByteSource: AnyObject {
  /// What messages call it.
  var path: String { get }

  /// Begins to read from the start.
  func openReader() throws(ConversionError) -> any ByteReader
  /// The content for reading at any place; copied to a working file if need be.
  func openAnywhere() throws(ConversionError) -> RandomAccessFile
}

extension SourceFile: ByteSource {
  func openReader() throws(ConversionError) -> any ByteReader { try open() }
}
