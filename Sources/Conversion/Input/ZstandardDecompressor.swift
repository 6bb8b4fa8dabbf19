import CZstandard

/// Frames of Zstandard (RFC 8878).
final class ZstandardDecompressor: Decompressor {
  private let stream: OpaquePointer

  init() throws(DecompressionFailure) {
    guard let stream = ZSTD_createDStream() else {
      throw DecompressionFailure(reason: "libzstd has no memory")
    }
    self.stream = stream
  }

  deinit { ZSTD_freeDStream(stream) }

  func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionFailure) -> DecompressionStep {
    var offered = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var wanted = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = ZSTD_decompressStream(stream, &wanted, &offered)
    guard ZSTD_isError(status) == 0 else {
      // libzstd refuses windows above 128 MiB, which bounds its memory.
      let isWindow = ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge
      throw DecompressionFailure(
        reason: String(cString: ZSTD_getErrorName(status)), taken: offered.pos,
        remedy: isWindow
          ? "compress it without --long, or decompress it first, with zstd -d --long=31" : nil)
    }
    return DecompressionStep(taken: offered.pos, written: wanted.pos, endsMember: status == 0)
  }

  func beginMember() {}
}
