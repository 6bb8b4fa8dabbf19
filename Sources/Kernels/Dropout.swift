/// Dropout's random mask: a function of (seed, step, sample, layer), so that neither the cut into
/// shards nor a resume changes it.
package enum Dropout {
  /// mask[r,c] = 0 with probability `rate`, otherwise 1 / (1 − rate).
  ///
  /// - Parameters:
  ///   - firstSample: the position in the whole mini-batch of the row at r = 0.
  ///   - rate: in 0 ..< 1.
  package static func mask(
    seed: UInt64, step: Int, layer: Int, firstSample: Int, rows: Int, columns: Int, rate: Float,
    into mask: FloatView
  ) {
    Reference.dropoutMask(
      seed: seed, step: step, layer: layer, firstSample: firstSample, rows: rows,
      columns: columns, rate: rate, into: mask)
  }
}
