import CCrypto

/// A SHA-256 that is fed a piece at a time.
///
/// The corresponding C functions are `EVP_DigestInit_ex`, `EVP_DigestUpdate`, `EVP_DigestFinal_ex`.
package final class Fingerprint {
  private let context: OpaquePointer

  package init() {
    // Fails only for want of memory.
    context = EVP_MD_CTX_new()!
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  package func add(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  package func add(_ text: String) {
    Array(text.utf8).withUnsafeBytes { add($0) }
  }

  /// The digest in hexadecimal. Nothing may be added afterwards.
  package func finish() -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    EVP_DigestFinal_ex(context, &digest, &length)
    return digest.prefix(Int(length)).hexadecimal
  }
}
