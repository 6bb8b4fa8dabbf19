import CCrypto

/// SHA-256 of bytes handed over piece by piece (FIPS 180-4, by OpenSSL's libcrypto).
struct SHA256 {
  private let context: OpaquePointer

  /// Calls `body` with a new hash and returns the digest as 64 hexadecimal digits.
  static func hexDigest(_ body: (SHA256) -> Void) -> String {
    let hash = SHA256(context: EVP_MD_CTX_new())
    defer { EVP_MD_CTX_free(hash.context) }
    EVP_DigestInit_ex(hash.context, EVP_sha256(), nil)
    body(hash)
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(hash.context, &digest, nil)
    return digest.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }
}
