/// What training minimises: how far the outputs are from the targets, averaged over samples.
///
/// Means what PyTorch's loss of that name means with `reduction="mean"`: a sample's loss is the
/// mean over its outputs (for cross-entropy over softmax, the sum over classes), the batch's is the
/// mean over samples, weighted where samples or classes have weights.
public enum Loss: Sendable, Equatable {
  /// Mean of (output − target)².
  case meanSquaredError
  /// Mean of |output − target|.
  case meanAbsoluteError
  /// Mean of d²/2 where |d| ≤ delta, else of delta · (|d| − delta/2), d = output − target
  /// (Huber 1964).
  case huber(delta: Double = 1)
  /// Mean of −t · log σ(x) − (1 − t) · log(1 − σ(x)), x an output, a logit, and t its target in
  /// 0 … 1.
  case binaryCrossEntropy
  /// −Σ t · log softmax(x) over classes, x the outputs, logits, and t the target: 1 for the row's
  /// class, or the row's own distribution; mixed with the uniform distribution by
  /// `labelSmoothing` (Szegedy and others 2016).
  case softmaxCrossEntropy(labelSmoothing: Double = 0)
}

extension Loss {
  /// What makes predictions of the network's outputs: the function that is part of this loss.
  public var predictionActivation: Activation {
    switch self {
    case .meanSquaredError, .meanAbsoluteError, .huber: .identity
    case .binaryCrossEntropy: .sigmoid
    case .softmaxCrossEntropy: .softmax
    }
  }

  /// - Parameters:
  ///   - outputs: the network's, per sample.
  ///   - classWeights: how many are given.
  /// - Throws: `NetworkError` where this loss cannot compare such outputs with such targets.
  public func check(
    outputs: Int, targets: TargetKind, classWeights: Int? = nil
  ) throws(NetworkError) {
    let loss = name.rawValue
    switch targets {
    case .classes(let classes):
      let single = self.name != .softmaxCrossEntropy && outputs == 1 && classes <= 2
      guard outputs == classes || single else {
        throw NetworkError(
          setting: "loss",
          "\(loss) on class targets needs one output per class: the data has \(classes) classes, "
            + "the network \(outputs) outputs")
      }
      guard classes >= 2 else {
        throw NetworkError(
          setting: "loss",
          "\(loss) needs at least 2 classes; the data has \(classes): there is nothing to tell "
            + "apart")
      }
      if let classWeights, classWeights != classes {
        throw NetworkError(
          setting: "classWeights", "\(classWeights) class weights are given for \(classes) classes")
      }
    case .values(let values):
      guard outputs == values else {
        throw NetworkError(
          setting: "loss",
          "\(loss) compares each output with a target: the data has \(values) target values per "
            + "row, the network \(outputs) outputs")
      }
      guard self.name == .softmaxCrossEntropy else {
        guard classWeights == nil else {
          throw NetworkError(
            setting: "classWeights", "class weights need class targets; the data has target values")
        }
        return
      }
      if outputs < 2 {
        throw NetworkError(
          setting: "loss",
          "\(loss) on distributions needs at least 2 values per row; the data has 1. Is it a "
            + "regression (meanSquaredError) or a probability (binaryCrossEntropy)?")
      }
      if let classWeights, classWeights != values {
        throw NetworkError(
          setting: "classWeights", "\(classWeights) class weights are given for \(values) classes")
      }
    }
  }
}
