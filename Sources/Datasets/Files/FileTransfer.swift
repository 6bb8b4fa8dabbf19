import Glibc

/// Reads and writes whole stretches of a file, past interruptions and transfers that end half-way.
package enum FileTransfer {
  /// More at a time would be no faster.
  private static let pieceBytes = 8 << 20

  /// Fills `memory` from `offset` on.
  ///
  /// - Returns: the bytes that were read, fewer where the file ends, and the number of the error that
  ///   kept it from reading more, or 0.
  package static func read(
    _ descriptor: Int32, into memory: UnsafeMutableRawBufferPointer, at offset: Int
  ) -> (count: Int, failure: Int32) {
    var done = 0
    while done < memory.count {
      let count = pread(
        descriptor, memory.baseAddress! + done, memory.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return (done, count < 0 ? errno : 0) }
      done += count
    }
    return (done, 0)
  }

  /// Fills pieces of memory, one after another, from `offset` on; see `read(_:into:at:)`.
  package static func read(
    _ descriptor: Int32, into pieces: [UnsafeMutableRawBufferPointer], at offset: Int
  ) -> (count: Int, failure: Int32) {
    let vectors = pieces.prefix(mostVectors).map { piece in
      iovec(iov_base: piece.baseAddress, iov_len: piece.count)
    }
    let count = max(0, preadv(descriptor, vectors, Int32(vectors.count), off_t(offset)))
    // What one call left is read piece by piece.
    var start = 0
    for piece in pieces {
      let done = min(max(0, count - start), piece.count)
      let (more, failure) = read(
        descriptor, into: UnsafeMutableRawBufferPointer(rebasing: piece[done...]),
        at: offset + start + done)
      if done + more < piece.count { return (start + done + more, failure) }
      start += piece.count
    }
    return (start, 0)
  }

  /// Linux takes no more in one call.
  private static let mostVectors = 1024

  /// Writes all of `bytes`, at `offset`, or else where the descriptor stands.
  ///
  /// - Returns: 0, or the number of the error that kept it from writing all.
  package static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int? = nil
  ) -> Int32 {
    var done = 0
    while done < bytes.count {
      let (start, length) = (bytes.baseAddress! + done, min(bytes.count - done, pieceBytes))
      let count =
        if let offset { pwrite(descriptor, start, length, off_t(offset + done)) } else {
          Glibc.write(descriptor, start, length)
        }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      done += count
    }
    return 0
  }
}
