/// What matters of a checkpoint for keeping it or not.
struct CheckpointEntry: Sendable, Equatable {
  var path: String
  var step: Int
  /// The epoch that it is the end of, after validation; nil within an epoch and before the first.
  var epoch: Int?
  /// That epoch's validation metric, by which the run judges.
  var metric: Double?
}

extension CheckpointEntry {
  init(_ path: String, _ progress: Progress, _ history: History, _ metric: BestMetric) {
    self.path = path
    step = progress.step
    guard progress.batch == 0, progress.epoch > 0 else { return }
    epoch = progress.epoch
    guard let last = history.epochs.last, last.epoch == epoch else { return }
    self.metric = last.validation.flatMap { metric.value(of: $0) }
  }

  /// The entry of a file, by its attributes; nil where they cannot be read.
  init?(path: String) {
    guard let header = try? CheckpointHeader(path: path) else { return nil }
    self.init(path, header.progress, header.history, header.configuration.best)
  }

  /// Of the run that goes on from `found`: that checkpoint and those before it. What was found to
  /// be damaged does not count, and is never removed.
  static func entries(of found: FoundCheckpoint, in directory: String) throws -> [CheckpointEntry] {
    let damaged = Set(found.damaged.map(\.path))
    return try RunDirectory.checkpoints(in: directory).filter { !damaged.contains($0) }
      .compactMap { CheckpointEntry(path: $0) }
  }

  /// The entries of validated epochs from the best, of equals the earliest first.
  static func ranked(_ entries: [CheckpointEntry], by metric: BestMetric) -> [CheckpointEntry] {
    entries.filter { $0.metric.map { !$0.isNaN } ?? false }.sorted { first, second in
      if metric.isBetter(first.metric!, than: second.metric!) { return true }
      if metric.isBetter(second.metric!, than: first.metric!) { return false }
      return first.step < second.step
    }
  }

  /// Those that `policy` does not keep: all but the newest ones, the best one, and those of every
  /// so manyth epoch.
  static func obsolete(
    _ entries: [CheckpointEntry], policy: CheckpointPolicy, metric: BestMetric
  ) -> [CheckpointEntry] {
    let best = ranked(entries, by: metric).first
    return entries.sorted { $0.step < $1.step }.dropLast(policy.keep).filter { entry in
      guard entry != best else { return false }
      guard let every = policy.keepEvery, let epoch = entry.epoch else { return true }
      return !epoch.isMultiple(of: every)
    }
  }
}
