extension Reference {
  package static func reduce(
    gradients: UnsafeBufferPointer<UnsafePointer<Float>>, offset: Int, count: Int, scale: Float,
    into out: FloatView
  ) -> Double {
    precondition(!gradients.isEmpty && out.count >= count, "nothing to reduce, or no room")
    for i in 0..<count {
      var sums = gradients.map { $0[offset + i] }
      while sums.count > 1 {
        sums = stride(from: 0, to: sums.count, by: 2).map {
          $0 + 1 < sums.count ? sums[$0] + sums[$0 + 1] : sums[$0]
        }
      }
      out[i] = sums[0] * scale
    }
    return (0..<count).reduce(0.0) { $0 + Double(out[$1]) * Double(out[$1]) }
  }
}
