/// Where the time of an epoch's steps goes: the step ledger.
struct StepClock {
  /// Seconds spent in training steps, and the rows they trained on.
  private(set) var seconds = 0.0
  private(set) var rows = 0

  private let clock = ContinuousClock()

  /// Adds a piece of training time, in which `rows` samples were used.
  mutating func add(since start: ContinuousClock.Instant, rows: Int) {
    seconds += (clock.now - start).inSeconds
    self.rows += rows
  }

  var now: ContinuousClock.Instant { clock.now }

  var samplesPerSecond: Double { seconds > 0 ? Double(rows) / seconds : 0 }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
