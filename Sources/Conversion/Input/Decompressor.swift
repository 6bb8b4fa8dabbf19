/// Decompresses a stream a piece at a time, in bounded memory.
protocol Decompressor: AnyObject {
  /// Takes bytes of `input` and fills `output` as far as they reach.
  ///
  /// - Returns: how many bytes were taken and written, and whether a member (a frame) of the stream
  ///   ended there: more may follow.
  func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionFailure) -> DecompressionStep

  /// Makes ready for a member that follows.
  func beginMember()
}

struct DecompressionStep {
  var taken: Int
  var written: Int
  var endsMember: Bool
}

/// What the library says is wrong with compressed data.
struct DecompressionFailure: Error {
  var reason: String
  /// Bytes of the input that were taken before it was found.
  var taken = 0
  /// What the user can do, where the data may well be good.
  var remedy: String?
}
