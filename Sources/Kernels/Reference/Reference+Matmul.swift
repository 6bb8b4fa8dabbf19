extension Reference {
  package static func multiply(
    _ form: Matmul.Form, m: Int, n: Int, k: Int, a: FloatView, b: FloatView, into c: FloatView,
    accumulate: Bool
  ) {
    precondition(a.count >= m * k && b.count >= k * n && c.count >= m * n, "matrix too small")
    let (rowOfA, stepOfA) = form == .tn ? (1, m) : (k, 1)
    let (columnOfB, stepOfB) = form == .nt ? (k, 1) : (1, n)
    for i in 0..<m {
      for j in 0..<n {
        var sum = accumulate ? Double(c.base[i * n + j]) : 0
        for l in 0..<k {
          let left = a.base[i * rowOfA + l * stepOfA]
          let right = b.base[j * columnOfB + l * stepOfB]
          sum += Double(left) * Double(right)
        }
        c.base[i * n + j] = Float(sum)
      }
    }
  }
}
