import CXXHash

/// The XXH3 hash, of 128 bits, of bytes that come piece by piece.
///
/// It tells different bytes apart as far as chance goes, an order of magnitude faster than SHA-256; it is
/// no protection against who means to forge them. One thread at a time may use it.
///
/// The corresponding C functions are `XXH3_128bits_reset`, `XXH3_128bits_update`,
/// `XXH3_128bits_digest`.
final class ContentHash {
  private let state: OpaquePointer

  init() {
    // Fails only for want of memory.
    state = XXH3_createState()!
    XXH3_128bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  func add(_ bytes: UnsafeRawBufferPointer) {
    XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
  }

  func add(_ text: String) {
    Array(text.utf8).withUnsafeBytes { add($0) }
  }

  /// The hash of what came so far, in hexadecimal, the highest digit first.
  var text: String {
    let hash = XXH3_128bits_digest(state)
    return [hash.high64, hash.low64].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
