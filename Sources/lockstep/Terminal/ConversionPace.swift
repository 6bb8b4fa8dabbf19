import Conversion

/// How fast a conversion goes, and how long it will still take at that pace.
struct ConversionPace {
  private let clock = ContinuousClock()
  /// When the first rows came, and how far they were: one that goes on starts in the middle.
  private var start: (instant: ContinuousClock.Instant, work: Int)?

  /// What a progress line shows.
  mutating func state(_ progress: ConversionProgress) -> ProgressLine.State {
    let work = progress.rowsRead + progress.rowsWritten
    let total = max(1, 2 * progress.rowsTotal)
    let start = start ?? (clock.now, work)
    self.start = start
    return Self.state(
      progress, done: work - start.work, total: total,
      seconds: (clock.now - start.instant) / .seconds(1))
  }

  /// - Parameters:
  ///   - done: rows read and rows written in so many seconds.
  ///   - total: rows to read and rows to write.
  static func state(
    _ progress: ConversionProgress, done: Int, total: Int, seconds: Double
  ) -> ProgressLine.State {
    let work = progress.rowsRead + progress.rowsWritten
    var details: [String] = []
    if done > 0, seconds > 0 {
      // A row is done when it was read and written.
      details.append("\(Numbers.rate(Double(done) / 2 / seconds)) rows/s")
      details.append(
        "\(Numbers.duration(seconds / Double(done) * Double(max(0, total - work)))) left")
    }
    details.append(
      "\(Numbers.count(progress.rowsWritten)) of \(Numbers.count(progress.rowsTotal)) rows written")
    return ProgressLine.State(
      title: progress.rowsWritten == 0 ? "reading" : "writing",
      fraction: Double(work) / Double(total), details: details)
  }
}
