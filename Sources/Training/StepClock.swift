/// The time that training steps take, without validation and checkpoints.
struct StepClock {
  /// A stretch of training: its seconds and the samples trained on.
  struct Stretch {
    var seconds = 0.0
    /// Seconds of these in which rows were waited for.
    var secondsWaiting = 0.0
    var rows = 0

    var samplesPerSecond: Double { seconds > 0 ? Double(rows) / seconds : 0 }
  }

  /// Of the present epoch, and of the whole process.
  private(set) var epoch = Stretch()
  private(set) var total = Stretch()
  /// When the first step was done.
  private var firstStep: ContinuousClock.Instant?

  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  private var nextReport: ContinuousClock.Instant

  private static let reportInterval = Duration.milliseconds(200)

  init() {
    last = clock.now
    nextReport = last
  }

  mutating func startEpoch() {
    epoch = Stretch()
    last = clock.now
  }

  /// Leaves out the time since the last step.
  mutating func skip() { last = clock.now }

  /// Counts the time since the last call, or the epoch's start, as a step over `rows` samples.
  mutating func add(rows: Int) {
    let now = clock.now
    let seconds = (now - last).inSeconds
    last = now
    epoch.seconds += seconds
    epoch.rows += rows
    if firstStep == nil { firstStep = now }
    total.seconds += seconds
    total.rows += rows
  }

  /// From the start of the process to the end of its first step.
  var secondsToFirstStep: Double? {
    guard let firstStep, let age = processAge() else { return nil }
    return age - (clock.now - firstStep).inSeconds
  }

  /// Counts time of the present epoch's steps as spent waiting for rows.
  mutating func addWaiting(_ duration: Duration) {
    epoch.secondsWaiting += duration.inSeconds
    total.secondsWaiting += duration.inSeconds
  }

  /// Whether it is time to tell how far the run is, a few times a second.
  mutating func isReportDue() -> Bool {
    guard last >= nextReport else { return false }
    nextReport = last + Self.reportInterval
    return true
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
