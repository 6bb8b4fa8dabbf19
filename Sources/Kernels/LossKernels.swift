import CKernels

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
    gradient: FloatView?, with set: InstructionSet = .current
  ) -> LossSum {
    elementwise(KERNEL_SQUARED, 0, rows, columns, outputs, targets, weights, gradient, set)
  }

  /// ℓ = mean over columns of |output − target|.
  package static func meanAbsoluteError(
    rows: Int, columns: Int, outputs: FloatView, targets: FloatView, weights: FloatView?,
    gradient: FloatView?, with set: InstructionSet = .current
  ) -> LossSum {
    elementwise(KERNEL_ABSOLUTE, 0, rows, columns, outputs, targets, weights, gradient, set)
  }

  /// ℓ = mean over columns of d²/2 where |d| ≤ delta, otherwise delta·(|d| − delta/2),
  /// d = output − target.
  package static func huber(
    delta: Float, rows: Int, columns: Int, outputs: FloatView, targets: FloatView,
    weights: FloatView?, gradient: FloatView?, with set: InstructionSet = .current
  ) -> LossSum {
    elementwise(KERNEL_HUBER, delta, rows, columns, outputs, targets, weights, gradient, set)
  }

  /// ℓ = mean over columns of log(1 + eˣ) − target·x, x the logits.
  package static func binaryCrossEntropy(
    rows: Int, columns: Int, outputs: FloatView, targets: FloatView, weights: FloatView?,
    gradient: FloatView?, with set: InstructionSet = .current
  ) -> LossSum {
    elementwise(
      KERNEL_BINARY_CROSS_ENTROPY, 0, rows, columns, outputs, targets, weights, gradient, set)
  }

  private static func elementwise(
    _ loss: kernel_loss, _ parameter: Float, _ rows: Int, _ columns: Int, _ outputs: FloatView,
    _ targets: FloatView, _ weights: FloatView?, _ gradient: FloatView?, _ set: InstructionSet
  ) -> LossSum {
    let count = rows * columns
    precondition(outputs.count >= count && targets.count >= count, "too few values")
    precondition(weights.map { $0.count >= rows } ?? true, "fewer weights than rows")
    precondition(gradient.map { $0.count >= count } ?? true, "no room for the gradient")
    let sum = set.loops.pointee.loss(
      loss, parameter, rows, columns, outputs.base, targets.base, weights?.base, gradient?.base)
    return LossSum(loss: sum.loss, weight: sum.weight)
  }
}
