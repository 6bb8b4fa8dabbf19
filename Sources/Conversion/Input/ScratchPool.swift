import Synchronization

/// Memory that was used and can be used again: fresh memory costs about as much as what is done to
/// it. Any thread may ask.
final class ScratchPool: Sendable {
  private struct Piece: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
  }

  private let idle = Mutex<[Piece]>([])
  /// Larger pieces are not kept.
  private static let mostKeptBytes = 16 << 20

  deinit {
    idle.withLock { pieces in
      for piece in pieces { piece.bytes.deallocate() }
    }
  }

  /// At least so many bytes, whatever is in them.
  func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    if let piece = idle.withLock({ $0.popLast() }) {
      if piece.bytes.count >= byteCount { return piece.bytes }
      piece.bytes.deallocate()
    }
    return .allocate(byteCount: byteCount, alignment: 64)
  }

  func give(_ bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.count <= Self.mostKeptBytes else { return bytes.deallocate() }
    let piece = Piece(bytes: bytes)
    idle.withLock { $0.append(piece) }
  }
}
