import Datasets
import Glibc
import Settings
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
  private let thread = Signal()
  private var threadIdentifier = pthread_t()

  // Behind the lock of `thread`:
  private var job: Checkpoint?
  private var isClosing = false
  private var outcomes: [Outcome] = []
  private var entries: [CheckpointEntry]
  /// Whether there are outcomes, to be looked at between steps without taking the lock.
  private let hasOutcomes = Atomic<Bool>(false)

  /// - Parameter entries: the good checkpoints that the run already has.
  init(
    directory: String, policy: CheckpointPolicy, metric: BestMetric, entries: [CheckpointEntry]
  ) {
    self.directory = directory
    self.policy = policy
    self.metric = metric
    self.entries = entries
    let box = Unmanaged.passRetained(self)
    let code = pthread_create(
      &threadIdentifier, nil,
      { box in
        Unmanaged<CheckpointWriter>.fromOpaque(box!).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    precondition(code == 0, "no thread for writing checkpoints: error \(code)")
  }

  /// Whether a checkpoint is being written.
  var isBusy: Bool { thread.locked { job != nil } }

  /// Has a checkpoint written; waits until the one before it is.
  func write(_ checkpoint: Checkpoint) {
    thread.wait { job == nil }
    thread.locked { job = checkpoint }
    thread.notify()
  }

  /// Waits until nothing is being written.
  func wait() { thread.wait { job == nil } }

  /// What became of checkpoints since the last call.
  func takeOutcomes() -> [Outcome] {
    guard hasOutcomes.load(ordering: .acquiring) else { return [] }
    return thread.locked {
      hasOutcomes.store(false, ordering: .releasing)
      defer { outcomes = [] }
      return outcomes
    }
  }

  /// The newest good checkpoint.
  var newest: String? { thread.locked { entries.max { $0.step < $1.step }?.path } }

  /// Writes what is left and ends the thread. Nothing may be written afterwards.
  func close() {
    thread.locked { isClosing = true }
    thread.notify()
    pthread_join(threadIdentifier, nil)
  }

  // MARK: - On the thread

  private func run() {
    while true {
      thread.wait { job != nil || isClosing }
      guard let checkpoint = thread.locked({ job }) else { return }
      let outcome = save(checkpoint)
      thread.locked {
        outcomes.append(outcome)
        hasOutcomes.store(true, ordering: .releasing)
        job = nil
      }
      thread.notify()
    }
  }

  private func save(_ checkpoint: Checkpoint) -> Outcome {
    let (started, core) = (ContinuousClock.now, threadSeconds())
    let path = RunDirectory.checkpoint(step: checkpoint.progress.step, in: directory)
    var problem: String?
    do {
      try checkpoint.write(to: path)
      retain(CheckpointEntry(path, checkpoint.progress, checkpoint.history, metric))
      try AtomicFile.write(
        SettingValue.array(checkpoint.history.map(\.settings)).json(pretty: true) + "\n",
        to: "\(directory)/\(RunDirectory.historyName)", replacingExisting: true)
    } catch {
      problem = "\(error)"
    }
    return Outcome(
      path: path, problem: problem, writeSeconds: (ContinuousClock.now - started).inSeconds,
      coreSeconds: threadSeconds() - core)
  }

  /// Counts a checkpoint that is safely on the disk among the good ones, and removes those that it
  /// makes obsolete.
  private func retain(_ entry: CheckpointEntry) {
    let obsolete = thread.locked {
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

/// A lock, and a way to wait for what it guards to change: POSIX's, which ThreadSanitizer sees.
private final class Signal: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Returns when `isReady` is true; it is asked under the lock.
  func wait(until isReady: () -> Bool) {
    pthread_mutex_lock(mutex)
    while !isReady() { pthread_cond_wait(condition, mutex) }
    pthread_mutex_unlock(mutex)
  }

  /// Has waiting threads look again.
  func notify() { pthread_cond_broadcast(condition) }
}
