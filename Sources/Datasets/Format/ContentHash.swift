import CXXHash

/// The XXH3 hash, of 128 bits, of bytes that come piece by piece.
///
/// It tells different bytes apart as far as chance goes, an order of magnitude faster than SHA-256; it is
/// no protection against anyone who forges them. One thread at a time may use it.
///
/// The corresponding C functions are `XXH3_128bits_reset`, `XXH3_128bits_update`,
/// `XXH3_128bits_digest`, `XXH128_canonicalFromHash`.
final class ContentHash {
  private let state: OpaquePointer

  init() {
    // Fails only for want of memory.
    state = XXH3_createState()!
    XXH3_128bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  func add(_ bytes: UnsafeRawBufferPointer) {
    lockstep_xxh3_128_add(state, bytes.baseAddress, bytes.count)
  }

  func add(_ text: String) {
    Array(text.utf8).withUnsafeBytes { add($0) }
  }

  /// The hash of what came so far, in hexadecimal, the highest digit first.
  var text: String {
    var canonical = XXH128_canonical_t()
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state))
    return withUnsafeBytes(of: canonical) { $0.hexadecimal }
  }
}
