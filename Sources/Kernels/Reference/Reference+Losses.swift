import Glibc

extension Reference {
  package static func meanSquaredError(
    rows: Int, columns: Int, outputs: FloatView, targets: FloatView, weights: FloatView?,
    gradient: FloatView?
  ) -> LossSum {
    elementwise(rows, columns, outputs, targets, weights, gradient) { output, target in
      let d = output - target
      return (d * d, 2 * d)
    }
  }

  package static func meanAbsoluteError(
    rows: Int, columns: Int, outputs: FloatView, targets: FloatView, weights: FloatView?,
    gradient: FloatView?
  ) -> LossSum {
    elementwise(rows, columns, outputs, targets, weights, gradient) { output, target in
      let d = output - target
      return (abs(d), d > 0 ? 1 : d < 0 ? -1 : d)
    }
  }

  package static func huber(
    delta: Float, rows: Int, columns: Int, outputs: FloatView, targets: FloatView,
    weights: FloatView?, gradient: FloatView?
  ) -> LossSum {
    let delta = Double(delta)
    return elementwise(rows, columns, outputs, targets, weights, gradient) { output, target in
      let d = output - target
      if abs(d) > delta { return (delta * (abs(d) - delta / 2), d > 0 ? delta : -delta) }
      return (d * d / 2, d)
    }
  }

  package static func binaryCrossEntropy(
    rows: Int, columns: Int, outputs: FloatView, targets: FloatView, weights: FloatView?,
    gradient: FloatView?
  ) -> LossSum {
    elementwise(rows, columns, outputs, targets, weights, gradient) { x, target in
      (max(x, 0) - x * target + log1p(exp(-abs(x))), sigmoid(x) - target)
    }
  }

  /// The mean over columns of a loss per element, which `element` gives with its derivative.
  private static func elementwise(
    _ rows: Int, _ columns: Int, _ outputs: FloatView, _ targets: FloatView,
    _ weights: FloatView?, _ gradient: FloatView?,
    _ element: (Double, Double) -> (loss: Double, derivative: Double)
  ) -> LossSum {
    var sum = LossSum(loss: 0, weight: 0)
    for r in 0..<rows {
      let weight = Double(weights?[r] ?? 1)
      var loss = 0.0
      for i in r * columns..<(r + 1) * columns {
        let (value, derivative) = element(Double(outputs[i]), Double(targets[i]))
        loss += value
        gradient?[i] = Float(weight * derivative / Double(columns))
      }
      sum.loss += weight * loss / Double(max(columns, 1))
      sum.weight += weight
    }
    return sum
  }

  package static func softmaxCrossEntropy(
    rows: Int, classes: Int, logits: FloatView, labels: UnsafePointer<Int32>,
    weights: FloatView?, classWeights: FloatView?, smoothing: Float, gradient: FloatView?
  ) -> LossSum {
    let spread = Double(smoothing) / Double(classes)
    var sum = LossSum(loss: 0, weight: 0)
    for r in 0..<rows {
      let label = Int(labels[r])
      let weight = Double(weights?[r] ?? 1)
      let masses = (0..<classes).map { c in
        Double(classWeights?[c] ?? 1) * (spread + (c == label ? 1 - Double(smoothing) : 0))
      }
      sum.loss += weight * crossEntropy(r, classes, logits, masses, weight, gradient)
      sum.weight += weight * Double(classWeights?[label] ?? 1)
    }
    return sum
  }

  package static func softmaxCrossEntropy(
    rows: Int, classes: Int, logits: FloatView, targets: FloatView, weights: FloatView?,
    classWeights: FloatView?, smoothing: Float, gradient: FloatView?
  ) -> LossSum {
    let spread = Double(smoothing) / Double(classes)
    var sum = LossSum(loss: 0, weight: 0)
    for r in 0..<rows {
      let weight = Double(weights?[r] ?? 1)
      let masses = (0..<classes).map { c in
        Double(classWeights?[c] ?? 1)
          * (spread + (1 - Double(smoothing)) * Double(targets[r * classes + c]))
      }
      sum.loss += weight * crossEntropy(r, classes, logits, masses, weight, gradient)
      sum.weight += weight
    }
    return sum
  }

  /// −Σ_c masses[c]·log p[c] of one row; its gradient is p·Σ masses − masses.
  private static func crossEntropy(
    _ r: Int, _ classes: Int, _ logits: FloatView, _ masses: [Double], _ weight: Double,
    _ gradient: FloatView?
  ) -> Double {
    let logarithms = logSoftmax(logits.slice(r * classes..<(r + 1) * classes))
    let total = masses.reduce(0, +)
    var loss = 0.0
    for c in 0..<classes {
      if masses[c] != 0 { loss -= masses[c] * logarithms[c] }
      gradient?[r * classes + c] = Float(weight * (exp(logarithms[c]) * total - masses[c]))
    }
    return loss
  }
}
