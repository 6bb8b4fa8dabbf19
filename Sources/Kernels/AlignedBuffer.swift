/// Memory for `count` values with one owner: zeroed, aligned to a cache line, and padded so that no
/// two buffers share a pair of lines (neighbouring replicas would otherwise slow each other).
///
/// Views of it (`FloatView`) are valid for as long as the buffer lives.
/// - Complexity: allocation is O(`count`); allocate once, before training starts.
package final class AlignedBuffer<Element: BitwiseCopyable> {
  package let pointer: UnsafeMutableBufferPointer<Element>

  package init(count: Int) {
    precondition(count >= 0)
    let bytes = (count * MemoryLayout<Element>.stride + 127) & ~127
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 128), alignment: 128)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 128))
    pointer = UnsafeMutableBufferPointer(
      start: memory.assumingMemoryBound(to: Element.self), count: count)
  }

  deinit {
    UnsafeMutableRawPointer(pointer.baseAddress!).deallocate()
  }

  package var count: Int { pointer.count }
}

extension AlignedBuffer<Float> {
  @inlinable package var view: FloatView { FloatView(pointer) }
}
