/// Where a run stands: all that changes besides the parameters and the optimizer's state.
public struct Progress: Sendable, Equatable {
  /// Whole epochs done.
  public var epoch = 0
  /// Mini-batches of the present epoch done.
  public var batch = 0
  /// Optimizer steps done, in the whole run.
  public var step = 0
  /// What the present epoch's mini-batches have come to so far.
  var sums = ShardResult()
  /// The lowest validation loss, and the epochs since, for early stopping.
  var bestLoss = Double.infinity
  var epochsSinceBest = 0

  public init() {}

  /// Goes on to the next epoch.
  mutating func finishEpoch(validationLoss: Double?) {
    epoch += 1
    batch = 0
    sums = ShardResult()
    guard let validationLoss else { return }
    epochsSinceBest = validationLoss < bestLoss ? 0 : epochsSinceBest + 1
    bestLoss = min(validationLoss, bestLoss)
  }
}
