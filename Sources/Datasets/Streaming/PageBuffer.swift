import Glibc

/// Zeroed memory straight from the system, in whole pages: a page takes memory from when it is
/// first written, and all are given back when the buffer goes. Large buffers are of large pages where
/// the system has them: they are written sooner, and read at random with fewer misses.
final class PageBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafeMutableBufferPointer<Element>

  /// - Returns: nil where the system refuses so much.
  init?(count: Int) {
    let (bytes, overflow) = max(1, count).multipliedReportingOverflow(
      by: MemoryLayout<Element>.stride)
    guard !overflow,
      let memory = mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      memory != MAP_FAILED
    else { return nil }
    if bytes >= Self.leastForLargePages { madvise(memory, bytes, MADV_HUGEPAGE) }
    pointer = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: count), count: count)
  }

  private static var leastForLargePages: Int { 8 << 20 }

  deinit {
    munmap(pointer.baseAddress!, max(1, pointer.count) * MemoryLayout<Element>.stride)
  }

  var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(pointer) }
}
