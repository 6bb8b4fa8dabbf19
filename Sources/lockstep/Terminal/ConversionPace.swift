import Conversion

/// How fast a conversion goes, and how long it will still take at that pace.
struct ConversionPace {
  private let clock = ContinuousClock()
  /// How the present pass began: one that goes on starts in the middle.
  private var start: (instant: ContinuousClock.Instant, progress: ConversionProgress)?
  /// When and how far it was when its state was asked for last.
  private var last: (instant: ContinuousClock.Instant, done: Int)?

  /// A line that changes more often cannot be read.
  private static let spacing = Duration.milliseconds(50)

  /// What a progress line shows; nil where it has shown nearly that a moment ago.
  mutating func state(_ progress: ConversionProgress) -> ProgressLine.State? {
    let now = clock.now
    var isNew = true
    if let start, let last {
      isNew = !progress.isSamePass(as: start.progress) || progress.done < last.done
      let isDone = progress.done == progress.total && last.done < progress.done
      if !isNew, !isDone, now - last.instant < Self.spacing { return nil }
    }
    if isNew { start = (now, progress) }
    last = (now, progress.done)
    guard let start else { return nil }
    return Self.state(
      progress, done: progress.done - start.progress.done,
      seconds: (now - start.instant) / .seconds(1))
  }

  /// - Parameter done: of the progress, what was done in so many seconds.
  static func state(
    _ progress: ConversionProgress, done: Int, seconds: Double
  ) -> ProgressLine.State {
    var details: [String] = []
    if done > 0, seconds > 0 {
      details.append("\(progress.amount(perSecond: Double(done) / seconds))/s")
      if let total = progress.total {
        let left = Double(max(0, total - progress.done))
        details.append("\(Numbers.duration(seconds / Double(done) * left)) left")
      }
    }
    details.append(progress.extent)
    return ProgressLine.State(
      title: progress.title,
      fraction: progress.total.map { $0 > 0 ? Double(progress.done) / Double($0) : 1 },
      details: details)
  }
}

extension ConversionProgress {
  /// What is done and to be done: of rows, their reading and their writing.
  fileprivate var done: Int {
    switch self {
    case .pass(let pass): pass.done
    case .rows(let read, let written, _): read + written
    }
  }

  fileprivate var total: Int? {
    switch self {
    case .pass(let pass): pass.total
    case .rows(_, _, let total): 2 * total
    }
  }

  fileprivate func isSamePass(as other: ConversionProgress) -> Bool {
    switch (self, other) {
    case (.pass(let pass), .pass(let other)):
      pass.work == other.work && pass.unit == other.unit && pass.total == other.total
    case (.rows, .rows): true
    default: false
    }
  }

  fileprivate var title: String {
    switch self {
    case .pass(let pass): pass.title
    case .rows(_, let written, _): written == 0 ? "reading" : "writing"
    }
  }

  /// How much is done, of how much.
  fileprivate var extent: String {
    switch self {
    case .rows(_, let written, let total):
      return "\(Numbers.count(written)) of \(Numbers.count(total)) rows written"
    case .pass(let pass):
      let isBytes = pass.unit == .bytes
      guard let total = pass.total else { return pass.amount(pass.done) }
      let done = isBytes ? Numbers.bytes(pass.done) : Numbers.count(pass.done)
      return "\(done) of \(pass.amount(total))"
    }
  }

  fileprivate func amount(perSecond rate: Double) -> String {
    switch self {
    // A row is done when it was read and written.
    case .rows: return "\(Numbers.rate(rate / 2)) rows"
    case .pass(let pass):
      switch pass.unit {
      case .bytes: return Numbers.bytes(Int(min(rate, 1e18)))
      case .files: return "\(Numbers.rate(rate)) files"
      case .rows: return "\(Numbers.rate(rate)) rows"
      }
    }
  }
}

extension ConversionProgress.Pass {
  /// No longer, so that the rate and the time left fit into a line beside it.
  private static let mostTitle = 36

  /// What is done to which source: "examining train.csv".
  fileprivate var title: String {
    guard let source else { return words }
    let name = source.split(separator: "/").last.map(String.init) ?? source
    let room = Self.mostTitle - words.count - 1
    return words + " " + (name.columns <= room ? name : name.prefix(columns: room - 3) + "...")
  }

  private var words: String {
    switch work {
    case .copying: "copying"
    case .decompressing: "decompressing"
    case .listing: "listing"
    case .examining: "examining"
    case .counting: "counting rows of"
    case .splitting: "splitting"
    case .fitting: "fitting on"
    case .countingOutliers: "counting outliers"
    case .searchingDuplicates: "searching duplicates"
    case .exporting: "exporting"
    }
  }

  fileprivate func amount(_ count: Int) -> String {
    switch unit {
    case .bytes: Numbers.bytes(count)
    case .files: Numbers.count(count, "file")
    case .rows: Numbers.count(count, "row")
    }
  }
}
