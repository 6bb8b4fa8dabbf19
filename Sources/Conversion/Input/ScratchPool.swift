import Datasets

/// Memory that was used and can be used again: fresh memory costs about as much as what is done to
/// it. Any thread may ask.
final class ScratchPool: Sendable {
  private let idle = Pool<UnsafeMutableRawBufferPointer>()
  /// Larger pieces are not kept.
  private static let mostKeptBytes = 16 << 20

  deinit {
    while let bytes = idle.take() { bytes.deallocate() }
  }

  /// At least so many bytes, whatever is in them.
  func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    if let bytes = idle.take() {
      if bytes.count >= byteCount { return bytes }
      bytes.deallocate()
    }
    return .allocate(byteCount: byteCount, alignment: 64)
  }

  func give(_ bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.count <= Self.mostKeptBytes else { return bytes.deallocate() }
    idle.give(bytes)
  }
}
