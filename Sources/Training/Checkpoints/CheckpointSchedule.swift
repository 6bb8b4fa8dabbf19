/// When a checkpoint within an epoch is due. It looks at the clock and at what checkpoints cost, and
/// so differs from run to run; no bit depends on it.
struct CheckpointSchedule {
  private let policy: CheckpointPolicy
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  /// Seconds that training lost to the last checkpoint: those it waited for the copy, and those of
  /// a core that writing took. Nil before the first was written.
  private var cost: Double?

  /// More often than this is of no use, however little it costs.
  private static let shortestInterval = 30.0

  init(_ policy: CheckpointPolicy) {
    self.policy = policy
    last = clock.now
  }

  /// Whether the user asked for a checkpoint at this very step: it is waited for.
  func isAsked(step: Int) -> Bool {
    policy.every.map { step.isMultiple(of: $0) } ?? false
  }

  /// Whether enough time has passed.
  func isTime() -> Bool {
    guard let interval else { return false }
    return (clock.now - last).inSeconds >= interval
  }

  /// Seconds from one checkpoint to the next; nil where time does not matter.
  var interval: Double? {
    if let minutes = policy.minutes { return minutes * 60 }
    guard policy.every == nil, policy.share > 0, let cost else { return nil }
    return max(Self.shortestInterval, cost / policy.share)
  }

  mutating func started() { last = clock.now }

  mutating func measured(cost: Double) { self.cost = cost }
}
