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

  private static func beginPiece() -> Fingerprint { Fingerprint(startingWith: 0) }

  /// Digests the next bytes: those of each piece on one core.
  func add(_ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty { return }
    let end = openBytes + bytes.count
    let begun = (1..<(end + Self.pieceBytes - 1) / Self.pieceBytes).map { _ in Self.beginPiece() }
    // Each iteration uses its own piece.
    nonisolated(unsafe) let pieces = [open] + begun
    nonisolated(unsafe) let bytes = bytes
    let (before, complete) = (openBytes, end / Self.pieceBytes)
    let digests = concurrentResults(pieces.count) { index in
      let start = max(0, index * Self.pieceBytes - before)
      let end = min(bytes.count, (index + 1) * Self.pieceBytes - before)
      pieces[index].add(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      return index < complete ? pieces[index].finishBytes() : []
    }
    for digest in digests { digest.withUnsafeBytes { root.add($0) } }
    openBytes = end % Self.pieceBytes
    open = openBytes == 0 ? Self.beginPiece() : pieces[complete]
  }

  /// The digest in hexadecimal. Nothing may be added afterwards.
  func finish() -> String {
    if openBytes > 0 { open.finishBytes().withUnsafeBytes { root.add($0) } }
    return root.finish()
  }
}
