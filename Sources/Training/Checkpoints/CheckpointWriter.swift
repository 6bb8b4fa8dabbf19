import Datasets
import Glibc
import Synchronization

/// The thread that writes checkpoints while training goes on, and removes those that need not be
/// kept.
///
/// It works on one checkpoint at a time, a snapshot that nobody else touches meanwhile. What it
/// shares with the thread that trains is behind one lock.
final class CheckpointWriter: @unchecked Sendable {
  /// What became of a checkpoint.
  struct Outcome: Sendable {
    var path: String
    /// Nil where it was written.
    var problem: String?
    /// The time that it took, and the time of a core.
    var writeSeconds: Double
    var coreSeconds: Double
  }

  private let directory: String
  private let policy: CheckpointPolicy
  private let metric: BestMetric
  private let monitor = Monitor()
  private var thread: BackgroundThread?
  /// Of the thread alone: the history that is not in writing yet, and when it was written last.
  private var unwrittenHistory: History?
  private var historyTime: ContinuousClock.Instant?

  // Behind the lock of `monitor`:
  private var job: Checkpoint?
  private var isClosing = false
  private var outcomes: [Outcome] = []
  private var entries: [CheckpointEntry]
  /// Whether there are outcomes, to be looked at between steps without taking the lock.
  private let hasOutcomes = Atomic<Bool>(false)

  /// - Parameters:
  ///   - entries: the good checkpoints that the run already has.
  ///   - history: that of the run so far; what is on the disk of it may be older.
  /// - Throws: `TrainingError.runDirectory` where the system gives no thread.
  init(
    directory: String, policy: CheckpointPolicy, metric: BestMetric, entries: [CheckpointEntry],
    history: History
  ) throws {
    self.directory = directory
    self.policy = policy
    self.metric = metric
    self.entries = entries
    if !history.epochs.isEmpty { unwrittenHistory = history }
    guard let thread = BackgroundThread({ self.run() }) else {
      throw TrainingError.runDirectory(
        path: directory,
        problem: "cannot have its checkpoints written: the system gives no more threads")
    }
    self.thread = thread
  }

  /// Whether a checkpoint is being written.
  var isBusy: Bool { monitor.locked { job != nil } }

  /// Has a checkpoint written; waits until the one before it is.
  func write(_ checkpoint: Checkpoint) {
    monitor.locked {
      while job != nil { monitor.wait(.owner) }
      job = checkpoint
      monitor.signal(.threads)
    }
  }

  /// Waits until nothing is being written.
  func wait() {
    monitor.locked {
      while job != nil { monitor.wait(.owner) }
    }
  }

  /// What became of checkpoints since the last call.
  func takeOutcomes() -> [Outcome] {
    guard hasOutcomes.load(ordering: .acquiring) else { return [] }
    return monitor.locked {
      hasOutcomes.store(false, ordering: .releasing)
      defer { outcomes = [] }
      return outcomes
    }
  }

  /// The newest good checkpoint.
  var newest: String? { monitor.locked { entries.max { $0.step < $1.step }?.path } }

  /// Writes what is left and ends the thread. Nothing may be written afterwards; closing again does
  /// nothing.
  func close() {
    monitor.locked {
      isClosing = true
      monitor.signal(.threads)
    }
    thread?.join()
    thread = nil
  }

  // MARK: - On the thread

  private func run() {
    while let checkpoint = next() {
      let path = RunDirectory.checkpoint(step: checkpoint.progress.step, in: directory)
      finish(outcome(of: path) { try save(checkpoint, to: path) })
    }
    if let history = unwrittenHistory {
      let path = "\(directory)/\(RunDirectory.historyName)"
      let outcome = outcome(of: path) { try write(history, to: path) }
      if outcome.problem != nil { finish(outcome) }
    }
  }

  /// Waits for a checkpoint to write; nil when there will be none.
  private func next() -> Checkpoint? {
    monitor.locked {
      while job == nil, !isClosing { monitor.wait(.threads) }
      return job
    }
  }

  private func save(_ checkpoint: Checkpoint, to path: String) throws {
    try checkpoint.write(to: path)
    retain(CheckpointEntry(path, checkpoint.progress, checkpoint.history, metric))
    unwrittenHistory = checkpoint.history
    // Epochs may be shorter than it takes a disk to write a file.
    if let historyTime, ContinuousClock.now - historyTime < .seconds(1) { return }
    try write(checkpoint.history, to: "\(directory)/\(RunDirectory.historyName)")
  }

  private func write(_ history: History, to path: String) throws {
    historyTime = .now
    try AtomicFile.write(history.json + "\n", to: path, replacingExisting: true)
    unwrittenHistory = nil
  }

  /// Does work and says what became of it.
  private func outcome(of path: String, _ work: () throws -> Void) -> Outcome {
    let (started, core) = (ContinuousClock.now, threadSeconds())
    var problem: String?
    do { try work() } catch { problem = "\(error)" }
    return Outcome(
      path: path, problem: problem, writeSeconds: (ContinuousClock.now - started).inSeconds,
      coreSeconds: threadSeconds() - core)
  }

  /// Ends a job.
  private func finish(_ outcome: Outcome) {
    monitor.locked {
      outcomes.append(outcome)
      hasOutcomes.store(true, ordering: .releasing)
      job = nil
      monitor.signal(.owner)
    }
  }

  /// Counts a checkpoint that is safely on the disk among the good ones, and removes those that it
  /// makes obsolete.
  private func retain(_ entry: CheckpointEntry) {
    let obsolete = monitor.locked {
      entries.removeAll { $0.path == entry.path }
      entries.append(entry)
      let obsolete = CheckpointEntry.obsolete(entries, policy: policy, metric: metric)
      entries.removeAll(where: obsolete.contains)
      return obsolete
    }
    for entry in obsolete { unlink(entry.path) }
  }
}

/// Seconds of a core that the calling thread has used.
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
