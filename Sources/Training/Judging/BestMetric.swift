/// What of the validation split says how good an epoch is: for early stopping, the learning rate
/// on a plateau, and the best weights.
public enum BestMetric: String, Sendable, CaseIterable {
  case loss, accuracy, meanAbsoluteError, rootMeanSquaredError, rSquared

  /// Whether more is better.
  var isHigherBetter: Bool { self == .accuracy || self == .rSquared }

  /// Its value; nil where the task does not have it.
  public func value(of metrics: Metrics) -> Double? {
    switch self {
    case .loss: metrics.loss
    case .accuracy: metrics.accuracy
    case .meanAbsoluteError: metrics.meanAbsoluteError
    case .rootMeanSquaredError: metrics.rootMeanSquaredError
    case .rSquared: metrics.rSquared
    }
  }

  /// Whether `value` is better than `other`, which may be missing; NaN never is.
  ///
  /// - Parameter threshold: by how much of `other` it must be better, as in PyTorch's
  ///   ReduceLROnPlateau with a relative threshold.
  func isBetter(_ value: Double, than other: Double?, threshold: Double = 0) -> Bool {
    guard let other else { return !value.isNaN }
    return isHigherBetter ? value > other * (1 + threshold) : value < other * (1 - threshold)
  }
}
