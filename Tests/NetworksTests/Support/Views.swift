import Kernels

/// A buffer that holds `values`; its `view` is valid while it lives.
func buffer(_ values: [Float]) -> AlignedBuffer<Float> {
  let buffer = AlignedBuffer<Float>(count: values.count)
  for (index, value) in values.enumerated() { buffer.pointer[index] = value }
  return buffer
}

/// A buffer of numbers from a normal distribution.
func randomBuffer(
  _ count: Int, seed: UInt64, deviation: Float = 1
) -> AlignedBuffer<Float> {
  let buffer = AlignedBuffer<Float>(count: count)
  var stream = RandomStream(seed: seed, purpose: .selection)
  stream.fillNormal(mean: 0, deviation: deviation, into: buffer.view)
  return buffer
}

extension FloatView {
  /// Overwrites the view.
  func set(_ values: [Float]) {
    precondition(values.count == count)
    for (index, value) in values.enumerated() { self[index] = value }
  }

  var array: [Float] { (0..<count).map { self[$0] } }
}

extension AlignedBuffer<Float> {
  var array: [Float] { withExtendedLifetime(self) { Array(pointer) } }
}

/// Σ a·b in double precision.
func dot(_ a: FloatView, _ b: FloatView) -> Double {
  (0..<a.count).reduce(0) { $0 + Double(a[$1]) * Double(b[$1]) }
}

/// Whether all of `values` are within `tolerance` of `expected`, relative to the larger of the
/// expected value and `scale`.
func agree(
  _ values: [Float], _ expected: [Double], tolerance: Double, scale: Double = 1e-3
) -> Bool {
  values.count == expected.count
    && zip(values, expected).allSatisfy {
      abs(Double($0) - $1) <= tolerance * max(abs($1), scale)
    }
}
