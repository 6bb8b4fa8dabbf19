import CKernels

/// Sums over shards, by a pairwise tree over the shard index that the number of shards alone fixes:
/// ((0 + 1) + (2 + 3)) + ((4 + 5) + …).
package enum Reduction {
  /// Floats that are reduced and updated together, so that they stay in the first-level cache.
  package static let tile = 512

  /// out[i] = scale · Σ_s gradients[s][offset + i] for i in 0 ..< count.
  ///
  /// - Returns: Σ out[i]² in a fixed order; not finite where a sum is not.
  package static func reduce(
    gradients: UnsafeBufferPointer<UnsafePointer<Float>>, offset: Int, count: Int, scale: Float,
    into out: FloatView, with set: InstructionSet = .current
  ) -> Double {
    guard let first = gradients.baseAddress, gradients.count > 0 else {
      preconditionFailure("no gradients to reduce")
    }
    precondition(offset >= 0 && count >= 0 && out.count >= count, "no room for the sums")
    return set.loops.pointee.reduce(first, gradients.count, offset, count, scale, out.base)
  }
}
