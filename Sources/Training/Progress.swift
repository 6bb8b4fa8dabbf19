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
  /// The best epoch so far, by the validation split.
  public internal(set) var best: BestEpoch?
  /// Validated epochs since then, for early stopping.
  public internal(set) var epochsSinceBest = 0
  var plateau = Plateau.State()

  public init() {}

  /// Goes on to the next epoch.
  mutating func finishEpoch(_ validation: Metrics?, _ configuration: RunConfiguration) {
    epoch += 1
    batch = 0
    sums = ShardResult()
    guard let value = validation.flatMap(configuration.best.value(of:)) else { return }
    if configuration.best.isBetter(value, than: best?.value) {
      best = BestEpoch(value: value, epoch: epoch, step: step)
      epochsSinceBest = 0
    } else {
      epochsSinceBest += 1
    }
    configuration.plateau?.advance(&plateau, by: value, metric: configuration.best)
  }

  /// Whether the best epoch is the one that ended last.
  var isAtBest: Bool { batch == 0 && best?.epoch == epoch }

  /// Whether early stopping has ended the run.
  func isStopped(by configuration: RunConfiguration) -> Bool {
    configuration.earlyStopping.map { epochsSinceBest >= $0 } ?? false
  }

  /// Whether there is nothing left to train.
  public func isFinished(_ configuration: RunConfiguration) -> Bool {
    epoch >= configuration.epochs || isStopped(by: configuration)
  }
}

/// The epoch whose validation was the best of a run.
public struct BestEpoch: Sendable, Equatable {
  /// The metric that was asked for.
  public var value: Double
  /// The epoch, from 1, and the optimizer steps done at its end.
  public var epoch: Int
  public var step: Int
}
