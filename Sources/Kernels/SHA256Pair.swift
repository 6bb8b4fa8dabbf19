import CKernels

/// The SHA-256 of two messages of one length, computed side by side: the processor's instructions wait
/// for one another within a message, so that two take the time of one.
package enum SHA256Pair {
  /// The digests of `first` ‖ `one` and of `first` ‖ `other`, one behind the other; nil where the
  /// processor has no instructions for them.
  ///
  /// - Precondition: both are of one length, and not empty.
  package static func digests(
    startingWith first: UInt8, _ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer
  ) -> [UInt8]? {
    precondition(
      one.count == other.count && !one.isEmpty, "messages of different lengths, or empty")
    var digests = [UInt8](repeating: 0, count: 64)
    let isDone = kernel_sha256_pair(
      first, one.assumingMemoryBound(to: UInt8.self).baseAddress!,
      other.assumingMemoryBound(to: UInt8.self).baseAddress!, one.count, &digests)
    return isDone ? digests : nil
  }
}
