import Glibc

/// Reads a text line by line, in bounded memory.
final class LineReader {
  private let reader: any ByteReader
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
  private var unread = 0..<0
  private var isAtEnd = false
  /// The number of the line read last, from 1.
  private(set) var lineNumber = 0

  /// No line may be longer.
  private static let mostBytes = 64 << 20

  init(_ reader: any ByteReader) {
    self.reader = reader
  }

  deinit { buffer.deallocate() }

  /// The next line, without what ends it, good until the one after it is read; nil at the end.
  func next() throws(ConversionError) -> UnsafeBufferPointer<UInt8>? {
    var searched = 0
    while true {
      let start = UnsafeRawPointer(buffer.baseAddress! + unread.lowerBound)
      if let end = memchr(start + searched, 0x0A, unread.count - searched) {
        let length = UnsafeRawPointer(end) - start
        unread = unread.lowerBound + length + 1..<unread.upperBound
        return line(UnsafeRawBufferPointer(start: start, count: length))
      }
      searched = unread.count
      if isAtEnd {
        unread = unread.upperBound..<unread.upperBound
        return searched == 0 ? nil : line(UnsafeRawBufferPointer(start: start, count: searched))
      }
      try refill()
    }
  }

  private func line(_ bytes: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt8> {
    lineNumber += 1
    let text = bytes.bindMemory(to: UInt8.self)
    return text.last == 0x0D ? UnsafeBufferPointer(rebasing: text.dropLast()) : text
  }

  private func refill() throws(ConversionError) {
    if unread.lowerBound > 0 {
      buffer.baseAddress!.copyMemory(
        from: buffer.baseAddress! + unread.lowerBound, byteCount: unread.count)
      unread = 0..<unread.count
    }
    if unread.count == buffer.count {
      guard buffer.count < Self.mostBytes else {
        throw ConversionError(
          subject: reader.path,
          problem: "has a line \(lineNumber + 1) of more than \(buffer.count) bytes",
          expected: "lines of a text")
      }
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: buffer.count * 4, alignment: 64)
      larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
      buffer.deallocate()
      buffer = larger
    }
    let free = UnsafeMutableRawBufferPointer(rebasing: buffer[unread.upperBound...])
    let count = try reader.read(into: free)
    isAtEnd = count < free.count
    unread = unread.lowerBound..<unread.upperBound + count
  }
}
