import Glibc

/// Reads a source file front to back, decompressing it on the way, in bounded memory.
final class SourceReader: ByteReader {
  let path: String
  /// Bytes of the file on the disk.
  let size: Int
  let compression: Compression
  /// Bytes handed out so far, decompressed.
  private(set) var position = 0

  /// Bytes of the file on the disk that were read, and decompressed, so far.
  var bytesTaken: Int { filePosition - unread.count }

  private let descriptor: Int32
  private let decompressor: (any Decompressor)?
  /// Bytes of the file that are not yet decompressed, and where they end in the file.
  private let buffer: UnsafeMutableRawBufferPointer
  private var unread = 0..<0
  private var filePosition = 0
  private var isAtEnd = false
  /// Whether the file may end here: between two members.
  private var isBetweenMembers = false
  /// Bytes that were looked at and are still to be handed out.
  private var peeked: [UInt8] = []

  /// - Parameter descriptor: the open file; closed in the end.
  init(
    path: String, descriptor: Int32, size: Int, compression: Compression
  ) throws(ConversionError) {
    self.path = path
    self.descriptor = descriptor
    self.size = size
    self.compression = compression
    do throws(DecompressionFailure) {
      switch compression {
      case .none: decompressor = nil
      case .gzip: decompressor = try GzipDecompressor()
      case .zstandard: decompressor = try ZstandardDecompressor()
      }
    } catch {
      close(descriptor)
      throw ConversionError(subject: path, problem: "cannot be read: \(error.reason)")
    }
    buffer = .allocate(byteCount: compression == .none ? 0 : 256 << 10, alignment: 64)
  }

  deinit {
    buffer.deallocate()
    close(descriptor)
  }

  var byteCount: Int? { compression == .none ? size : nil }

  /// The most bytes that the file can hold, decompressed.
  var mostBytes: Int {
    let (bytes, overflow) = size.multipliedReportingOverflow(by: compression.largestRatio)
    return overflow ? .max : bytes
  }

  func read(into bytes: UnsafeMutableRawBufferPointer) throws(ConversionError) -> Int {
    var filled = min(bytes.count, peeked.count)
    bytes.copyBytes(from: peeked.prefix(filled))
    peeked.removeFirst(filled)
    position += filled
    while filled < bytes.count {
      let count = try next(into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
      if count == 0 { break }
      filled += count
      position += count
    }
    return filled
  }

  /// Passes over the next `count` bytes.
  func skip(_ count: Int) throws(ConversionError) {
    if decompressor == nil, peeked.isEmpty, lseek(descriptor, off_t(count), SEEK_CUR) >= 0 {
      filePosition += count
      position += count
      return
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(count, 1 << 20), alignment: 64)
    defer { memory.deallocate() }
    var left = count
    while left > 0 {
      let piece = UnsafeMutableRawBufferPointer(rebasing: memory[..<min(left, memory.count)])
      let done = try read(into: piece)
      if done == 0 { return }
      left -= done
    }
  }

  /// The next `count` bytes, or less at the end, which are read again afterwards.
  func peek(_ count: Int) throws(ConversionError) -> [UInt8] {
    let start = position
    peeked = try read(count: count) + peeked
    position = start
    return Array(peeked.prefix(count))
  }

  /// At least one byte, unless the content ended.
  private func next(into bytes: UnsafeMutableRawBufferPointer) throws(ConversionError) -> Int {
    guard let decompressor else { return try readFile(into: bytes) }
    while true {
      if unread.isEmpty { try refill() }
      if isBetweenMembers {
        if compression == .gzip { skipPadding() }
        if unread.isEmpty {
          if isAtEnd { return 0 }
          continue
        }
        decompressor.beginMember()
        isBetweenMembers = false
      }
      let step: DecompressionStep
      do throws(DecompressionFailure) {
        step = try decompressor.decompress(
          UnsafeRawBufferPointer(rebasing: buffer[unread]), into: bytes)
      } catch {
        unread = unread.lowerBound + error.taken..<unread.upperBound
        throw damaged(error)
      }
      unread = unread.lowerBound + step.taken..<unread.upperBound
      isBetweenMembers = step.endsMember
      if step.written > 0 { return step.written }
      if step.taken == 0, !step.endsMember, unread.isEmpty { throw cutShort }
    }
  }

  private func refill() throws(ConversionError) {
    unread = 0..<(try readFile(into: buffer))
    isAtEnd = unread.isEmpty
  }

  /// Gzip's members may be followed by zeros, which fill a tape's last block.
  private func skipPadding() {
    while let byte = unread.first, buffer[byte] == 0 { unread.removeFirst() }
  }

  private func readFile(into bytes: UnsafeMutableRawBufferPointer) throws(ConversionError) -> Int {
    while true {
      let count = Glibc.read(descriptor, bytes.baseAddress, bytes.count)
      if count >= 0 {
        filePosition += count
        return count
      }
      guard errno == EINTR else {
        throw ConversionError(
          subject: path,
          problem: "cannot be read after \(filePosition) bytes: \(SourceFile.systemMessage)")
      }
    }
  }

  private var place: String {
    "at byte \(bytesTaken), after \(position) decompressed bytes"
  }

  private var cutShort: ConversionError {
    ConversionError(
      subject: path, problem: "ends in the middle of its compressed data, \(place)",
      remedy: "the file is cut short: get it again")
  }

  private func damaged(_ failure: DecompressionFailure) -> ConversionError {
    ConversionError(
      subject: path,
      problem: "has damaged \(compression.name) data, \(place) (\(failure.reason))",
      remedy: failure.remedy ?? "the file is damaged: get it again")
  }
}
