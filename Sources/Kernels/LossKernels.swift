/// The sum over samples of weighted losses, and of the weights that they are divided by.
package struct LossSum: Sendable, Equatable {
  package var loss: Double
  package var weight: Double

  package init(loss: Double, weight: Double) {
    self.loss = loss
    self.weight = weight
  }
}

/// Losses with their gradients, in one pass over each row.
///
/// Each returns Σ_i weight_i·ℓ_i, added over the rows in a fixed order, and where `gradient` is
/// given writes weight_i·∂ℓ_i/∂output there, not divided by anything: the reducer divides once.
/// Without `weights` every sample's weight is 1. `gradient` may be `outputs` itself.
package enum LossKernels {
  /// ℓ = mean over columns of (output − target)².
  package static func meanSquaredError(
    rows: Int, columns: Int, outputs: FloatView, targets: FloatView, weights: FloatView?,
    gradient: FloatView?
  ) -> LossSum {
    Reference.meanSquaredError(
      rows: rows, columns: columns, outputs: outputs, targets: targets, weights: weights,
      gradient: gradient)
  }

  /// ℓ = mean over columns of |output − target|.
  package static func meanAbsoluteError(
    rows: Int, columns: Int, outputs: FloatView, targets: FloatView, weights: FloatView?,
    gradient: FloatView?
  ) -> LossSum {
    Reference.meanAbsoluteError(
      rows: rows, columns: columns, outputs: outputs, targets: targets, weights: weights,
      gradient: gradient)
  }

  /// ℓ = mean over columns of d²/2 where |d| ≤ delta, otherwise delta·(|d| − delta/2),
  /// d = output − target.
  package static func huber(
    delta: Float, rows: Int, columns: Int, outputs: FloatView, targets: FloatView,
    weights: FloatView?, gradient: FloatView?
  ) -> LossSum {
    Reference.huber(
      delta: delta, rows: rows, columns: columns, outputs: outputs, targets: targets,
      weights: weights, gradient: gradient)
  }

  /// ℓ = mean over columns of log(1 + eˣ) − target·x, x the logits.
  package static func binaryCrossEntropy(
    rows: Int, columns: Int, outputs: FloatView, targets: FloatView, weights: FloatView?,
    gradient: FloatView?
  ) -> LossSum {
    Reference.binaryCrossEntropy(
      rows: rows, columns: columns, outputs: outputs, targets: targets, weights: weights,
      gradient: gradient)
  }

  /// Cross-entropy of softmax(logits) with a class per row.
  ///
  /// With p = softmax(logits), class weights w (1 where not given), C classes and smoothing ε,
  /// PyTorch's ℓ = −(1 − ε)·w[label]·log p[label] − (ε/C)·Σ_c w[c]·log p[c]; the row counts
  /// weight_i·w[label] in the returned weight.
  /// - Precondition: every label is in 0 ..< classes.
  package static func softmaxCrossEntropy(
    rows: Int, classes: Int, logits: FloatView, labels: UnsafePointer<Int32>,
    weights: FloatView?, classWeights: FloatView?, smoothing: Float, gradient: FloatView?
  ) -> LossSum {
    Reference.softmaxCrossEntropy(
      rows: rows, classes: classes, logits: logits, labels: labels, weights: weights,
      classWeights: classWeights, smoothing: smoothing, gradient: gradient)
  }

  /// Cross-entropy of softmax(logits) with a distribution per row.
  ///
  /// ℓ = −Σ_c w[c]·t[c]·log p[c] with t = (1 − ε)·target + ε/C; the row counts weight_i.
  package static func softmaxCrossEntropy(
    rows: Int, classes: Int, logits: FloatView, targets: FloatView, weights: FloatView?,
    classWeights: FloatView?, smoothing: Float, gradient: FloatView?
  ) -> LossSum {
    Reference.softmaxCrossEntropy(
      rows: rows, classes: classes, logits: logits, targets: targets, weights: weights,
      classWeights: classWeights, smoothing: smoothing, gradient: gradient)
  }
}
