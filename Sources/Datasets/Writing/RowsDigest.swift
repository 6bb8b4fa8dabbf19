import Kernels

/// A digest of rows that come in their order, computed on all cores.
///
/// The bytes of all rows are cut into pieces of 128 KiB, the last of which may be shorter. With
/// ‖ for "followed by", the digest is
///
///     SHA-256(0x01 ‖ SHA-256(0x00 ‖ piece 0) ‖ SHA-256(0x00 ‖ piece 1) ‖ …),
///
/// a Merkle tree of two levels, whose first bytes keep a piece from passing for a list of digests
/// (as in RFC 6962, section 2.1). It depends on the bytes alone, not on how they come: one thread at a
/// time may add any number of them.
final class RowsDigest {
  static let pieceBytes = 128 << 10

  private let root = Fingerprint(startingWith: 1)
  /// The piece that the rows so far end in, of which `openBytes` came.
  private var open = RowsDigest.beginPiece()
  private var openBytes = 0

  private static let pieceStart: UInt8 = 0

  private static func beginPiece() -> Fingerprint { Fingerprint(startingWith: pieceStart) }

  /// Digests the next bytes: those of the piece that is open, of two whole ones at a time, and of the
  /// one that they end in, each on one core.
  func add(_ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty { return }
    let head = openBytes == 0 ? 0 : min(bytes.count, Self.pieceBytes - openBytes)
    let pieces = (bytes.count - head) / Self.pieceBytes
    let tail = head + pieces * Self.pieceBytes
    let (pairs, isHeadWhole) = ((pieces + 1) / 2, openBytes + head == Self.pieceBytes)
    // Each iteration reads its own bytes, and uses its own piece.
    nonisolated(unsafe) let bytes = bytes
    nonisolated(unsafe) let (open, next) = (open, Self.beginPiece())
    let digests = concurrentResults(pairs + 2) { index -> [UInt8] in
      switch index - pairs {
      case 0:
        open.add(UnsafeRawBufferPointer(rebasing: bytes[..<head]))
        return isHeadWhole ? open.finishBytes() : []
      case 1:
        next.add(UnsafeRawBufferPointer(rebasing: bytes[tail...]))
        return []
      default:
        let start = head + 2 * index * Self.pieceBytes
        let end = min(tail, start + 2 * Self.pieceBytes)
        return Self.digests(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      }
    }
    for digest in [digests[pairs]] + digests[..<pairs] {
      digest.withUnsafeBytes { root.add($0) }
    }
    guard isHeadWhole || openBytes == 0 else {
      openBytes += head
      return
    }
    openBytes = bytes.count - tail
    self.open = next
  }

  /// The digests of one whole piece, or of two.
  private static func digests(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let pieces = stride(from: 0, to: bytes.count, by: pieceBytes).map {
      UnsafeRawBufferPointer(rebasing: bytes[$0..<$0 + pieceBytes])
    }
    if pieces.count == 2,
      let digests = SHA256Pair.digests(startingWith: pieceStart, pieces[0], pieces[1])
    {
      return digests
    }
    return pieces.flatMap { piece in
      let digest = beginPiece()
      digest.add(piece)
      return digest.finishBytes()
    }
  }

  /// The digest in hexadecimal. Nothing may be added afterwards.
  func finish() -> String {
    if openBytes > 0 { open.finishBytes().withUnsafeBytes { root.add($0) } }
    return root.finish()
  }
}
