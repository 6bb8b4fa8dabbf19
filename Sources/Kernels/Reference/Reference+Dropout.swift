extension Reference {
  package static func dropoutMask(
    seed: UInt64, step: Int, layer: Int, firstSample: Int, rows: Int, columns: Int, rate: Float,
    into mask: FloatView
  ) {
    let generator = Philox(key: seed)
    let kept = 1 / (1 - rate)
    let address = Dropout.address(layer: layer, step: step)
    for r in 0..<rows {
      for c in 0..<columns {
        let counter = SIMD4(
          UInt32(c / 4), UInt32(firstSample + r), UInt32(truncatingIfNeeded: step), address)
        let uniform = Float(generator.block(counter)[c % 4] >> 8) * 0x1p-24
        mask[r * columns + c] = uniform < rate ? 0 : kept
      }
    }
  }
}
