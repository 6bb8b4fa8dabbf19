import Kernels

extension Loss {
  /// Floats of scratch per sample that `evaluate` needs.
  package static func scratchPerSample(columns: Int) -> Int { columns + 1 }

  /// The sum of the samples' weighted losses, and of their weights: the batch's mean loss is one
  /// divided by the other, once both are added up over shards.
  ///
  /// With class targets the losses other than softmaxCrossEntropy compare the outputs with the
  /// one-hot row of the class, or a single output with the class number, 0 or 1.
  ///
  /// - Parameters:
  ///   - outputs: (rows, columns)
  ///   - weights: (rows), or nil for 1 each.
  ///   - classWeights: one per class, or nil for 1 each; for class targets (softmaxCrossEntropy:
  ///     also for distributions). They multiply the samples' weights.
  ///   - gradient: (rows, columns), receives weight · ∂loss/∂outputs, not divided by anything. May
  ///     be `outputs` itself.
  ///   - scratch: at least rows · `scratchPerSample`.
  package func evaluate(
    outputs: FloatView, targets: TargetBatch, weights: FloatView?, classWeights: FloatView?,
    gradient: FloatView?, rows: Int, columns: Int, scratch: FloatView
  ) -> LossSum {
    guard rows > 0 else { return LossSum(loss: 0, weight: 0) }
    var targetValues: FloatView
    var weights = weights
    switch targets {
    case .classes(let labels):
      if case .softmaxCrossEntropy(let smoothing) = self {
        return LossKernels.softmaxCrossEntropy(
          rows: rows, classes: columns, logits: outputs, labels: labels.baseAddress!,
          weights: weights, classWeights: classWeights, smoothing: Float(smoothing),
          gradient: gradient)
      }
      targetValues = scratch.prefix(rows * columns)
      Self.writeOneHot(labels, columns: columns, into: targetValues)
      if let classWeights {
        let products = scratch.slice(rows * columns..<rows * (columns + 1))
        for row in 0..<rows {
          products[row] = (weights?[row] ?? 1) * classWeights[Int(labels[row])]
        }
        weights = products
      }
    case .values(let values):
      targetValues = values
    }
    switch self {
    case .meanSquaredError:
      return LossKernels.meanSquaredError(
        rows: rows, columns: columns, outputs: outputs, targets: targetValues, weights: weights,
        gradient: gradient)
    case .meanAbsoluteError:
      return LossKernels.meanAbsoluteError(
        rows: rows, columns: columns, outputs: outputs, targets: targetValues, weights: weights,
        gradient: gradient)
    case .huber(let delta):
      return LossKernels.huber(
        delta: Float(delta), rows: rows, columns: columns, outputs: outputs,
        targets: targetValues, weights: weights, gradient: gradient)
    case .binaryCrossEntropy:
      return LossKernels.binaryCrossEntropy(
        rows: rows, columns: columns, outputs: outputs, targets: targetValues, weights: weights,
        gradient: gradient)
    case .softmaxCrossEntropy(let smoothing):
      return LossKernels.softmaxCrossEntropy(
        rows: rows, classes: columns, logits: outputs, targets: targetValues, weights: weights,
        classWeights: classWeights, smoothing: Float(smoothing), gradient: gradient)
    }
  }

  private static func writeOneHot(
    _ labels: UnsafeMutableBufferPointer<Int32>, columns: Int, into rows: FloatView
  ) {
    guard columns > 1 else {
      for row in 0..<rows.count { rows[row] = Float(labels[row]) }
      return
    }
    rows.fill(0)
    for row in 0..<rows.count / columns { rows[row * columns + Int(labels[row])] = 1 }
  }
}
