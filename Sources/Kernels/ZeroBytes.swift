import Glibc

extension UnsafeRawBufferPointer {
  /// Whether every byte is 0; also of no bytes. The first that is not ends the search.
  package var isZero: Bool {
    guard let first else { return true }
    // Each byte is the same as its neighbour: the system's comparison is the fastest loop there is.
    return first == 0 && memcmp(baseAddress!, baseAddress! + 1, count - 1) == 0
  }
}
