import CKernels

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
    into mask: FloatView, with set: InstructionSet = .current
  ) {
    precondition(mask.count >= rows * columns, "no room for the mask")
    precondition(rate >= 0 && rate < 1, "a dropout rate is in 0 ..< 1")
    precondition(layer >= 0 && layer < 1 << 16, "layer out of range")
    var job = kernel_dropout(
      key: seed, first_sample: UInt32(firstSample), step: UInt32(truncatingIfNeeded: step),
      address: address(layer: layer, step: step), threshold: UInt32((rate * 0x1p24).rounded(.up)),
      kept: 1 / (1 - rate))
    set.loops.pointee.dropout_mask(&job, rows, columns, mask.base)
  }

  /// The counter's last word: what the numbers are for, the layer, and the step's bits above 32.
  static func address(layer: Int, step: Int) -> UInt32 {
    RandomStream.Purpose.dropout.rawValue << 24 | UInt32(layer) << 8 | UInt32(step >> 32 & 0xff)
  }
}
