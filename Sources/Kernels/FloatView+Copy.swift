import CKernels
import Glibc

extension FloatView {
  /// Copies more than the caches hold past them, so that what is in them stays there.
  ///
  /// Twice as fast as an ordinary copy of many megabytes: the memory that is written is not read
  /// first.
  package func copy(pastCachesFrom source: FloatView) {
    precondition(source.count == count, "copy between views of different length")
    kernel_copy_past_caches(count * MemoryLayout<Float>.stride, source.base, base)
  }

  /// Whether all bits of all numbers are 0.
  package var isZero: Bool {
    // Each number equals its neighbour, and the first is 0.
    guard count > 0 else { return true }
    return base[0].bitPattern == 0
      && memcmp(base, base + 1, (count - 1) * MemoryLayout<Float>.stride) == 0
  }
}
