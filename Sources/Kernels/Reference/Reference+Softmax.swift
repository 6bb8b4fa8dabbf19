import Glibc

extension Reference {
  package static func softmax(rows: Int, columns: Int, values: FloatView) {
    for r in 0..<rows {
      let row = values.slice(r * columns..<(r + 1) * columns)
      let logarithms = logSoftmax(row)
      for c in 0..<columns { row[c] = Float(exp(logarithms[c])) }
    }
  }

  package static func softmaxBackward(
    rows: Int, columns: Int, output: FloatView, gradient: FloatView
  ) {
    for r in 0..<rows {
      let start = r * columns
      var dot = 0.0
      for c in 0..<columns { dot += Double(gradient[start + c]) * Double(output[start + c]) }
      for c in 0..<columns {
        gradient[start + c] = Float(
          Double(output[start + c]) * (Double(gradient[start + c]) - dot))
      }
    }
  }

  package static func logSoftmax(rows: Int, columns: Int, values: FloatView) {
    for r in 0..<rows {
      let row = values.slice(r * columns..<(r + 1) * columns)
      let logarithms = logSoftmax(row)
      for c in 0..<columns { row[c] = Float(logarithms[c]) }
    }
  }

  static func logSoftmax(_ row: FloatView) -> [Double] {
    let x = (0..<row.count).map { Double(row[$0]) }
    guard let maximum = x.max() else { return [] }
    if x.contains(where: \.isNaN) { return x.map { _ in .nan } }
    let shifted = x.map { $0 - maximum }
    let logarithm = log(shifted.reduce(0) { $0 + exp($1) })
    return shifted.map { $0 - logarithm }
  }
}
