import CZlib

/// Members of gzip (RFC 1952), each with its checksum.
final class GzipDecompressor: Decompressor {
  private let stream: UnsafeMutablePointer<z_stream>

  init() throws(DecompressionFailure) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15: any window; 16: with gzip's header and checksum.
    let status = inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw DecompressionFailure(reason: "zlib has no memory")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionFailure) -> DecompressionStep {
    let offered = (input: min(input.count, 1 << 30), output: min(output.count, 1 << 30))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(offered.input)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(offered.output)
    let status = inflate(stream, Z_NO_FLUSH)
    // Z_BUF_ERROR: there was nothing to do with what was offered.
    guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status) else {
      throw DecompressionFailure(
        reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib's status \(status)",
        taken: offered.input - Int(stream.pointee.avail_in))
    }
    return DecompressionStep(
      taken: offered.input - Int(stream.pointee.avail_in),
      written: offered.output - Int(stream.pointee.avail_out), endsMember: status == Z_STREAM_END)
  }

  func beginMember() { inflateReset(stream) }
}
