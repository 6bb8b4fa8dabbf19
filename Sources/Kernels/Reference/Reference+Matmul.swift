extension Reference {
  package static func multiply(
    _ form: Matmul.Form, m: Int, n: Int, k: Int, a: FloatView, b: FloatView, into c: FloatView,
    accumulate: Bool
  ) {
    precondition(a.count >= m * k && b.count >= k * n && c.count >= m * n, "matrix too small")
    for i in 0..<m {
      for j in 0..<n {
        var sum = accumulate ? Double(c.base[i * n + j]) : 0
        for l in 0..<k {
          let left = form == .tn ? a.base[l * m + i] : a.base[i * k + l]
          let right = form == .nt ? b.base[j * k + l] : b.base[l * n + j]
          sum += Double(left) * Double(right)
        }
        c.base[i * n + j] = Float(sum)
      }
    }
  }
}
