import CKernels

extension LossKernels {
  /// Cross-entropy of softmax(logits) with a class per row.
  ///
  /// With p = softmax(logits), class weights w (1 where not given), C classes and smoothing ε,
  /// PyTorch's ℓ = −(1 − ε)·w[label]·log p[label] − (ε/C)·Σ_c w[c]·log p[c]; the row counts
  /// weight_i·w[label] in the returned weight.
  /// - Precondition: every label is in 0 ..< classes.
  package static func softmaxCrossEntropy(
    rows: Int, classes: Int, logits: FloatView, labels: UnsafePointer<Int32>,
    weights: FloatView?, classWeights: FloatView?, smoothing: Float, gradient: FloatView?,
    with set: InstructionSet = .current
  ) -> LossSum {
    for r in 0..<rows { precondition(labels[r] >= 0 && labels[r] < classes, "label out of range") }
    return crossEntropy(
      rows, classes, logits, labels, nil, weights, classWeights, smoothing, gradient, set)
  }

  /// Cross-entropy of softmax(logits) with a distribution per row.
  ///
  /// ℓ = −Σ_c w[c]·t[c]·log p[c] with t = (1 − ε)·target + ε/C; the row counts weight_i.
  package static func softmaxCrossEntropy(
    rows: Int, classes: Int, logits: FloatView, targets: FloatView, weights: FloatView?,
    classWeights: FloatView?, smoothing: Float, gradient: FloatView?,
    with set: InstructionSet = .current
  ) -> LossSum {
    precondition(targets.count >= rows * classes, "too few targets")
    return crossEntropy(
      rows, classes, logits, nil, targets, weights, classWeights, smoothing, gradient, set)
  }

  private static func crossEntropy(
    _ rows: Int, _ classes: Int, _ logits: FloatView, _ labels: UnsafePointer<Int32>?,
    _ targets: FloatView?, _ weights: FloatView?, _ classWeights: FloatView?, _ smoothing: Float,
    _ gradient: FloatView?, _ set: InstructionSet
  ) -> LossSum {
    precondition(classes > 0 && logits.count >= rows * classes, "too few logits")
    precondition(weights.map { $0.count >= rows } ?? true, "fewer weights than rows")
    precondition(classWeights.map { $0.count >= classes } ?? true, "too few class weights")
    precondition(gradient.map { $0.count >= rows * classes } ?? true, "no room for the gradient")
    var job = kernel_cross_entropy(
      rows: rows, classes: classes, logits: logits.base, labels: labels, targets: targets?.base,
      weights: weights?.base, class_weights: classWeights?.base, smoothing: smoothing,
      gradient: gradient?.base)
    let sum = set.loops.pointee.cross_entropy(&job)
    return LossSum(loss: sum.loss, weight: sum.weight)
  }
}
