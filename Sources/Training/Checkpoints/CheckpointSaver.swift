import Kernels

/// Saves a run's checkpoints from the thread that trains: when one is due it copies the state, which
/// is all that training waits for, and hands the copy to the writer.
final class CheckpointSaver {
  private let writer: CheckpointWriter
  private let snapshot: Snapshot
  private let pool: WorkerPool
  private var schedule: CheckpointSchedule
  private let directory: String
  /// What was saved last.
  private var saved: Progress?
  private var blockedSeconds = 0.0
  /// What all of them have cost so far.
  private(set) var cost = CheckpointCost()
  private let clock = ContinuousClock()
  /// Why checkpoints could not be written.
  private(set) var failures: [String] = []

  /// - Parameters:
  ///   - initial: the run's state, for its size.
  ///   - entries: the good checkpoints that the run already has.
  ///   - saved: the state that the newest of them holds.
  /// - Throws: `TrainingError.runDirectory` where there is no thread to write them.
  init(
    in directory: RunDirectory, initial: Checkpoint, pool: WorkerPool,
    entries: [CheckpointEntry], saved: Progress?
  ) throws {
    let configuration = initial.configuration
    self.directory = directory.path
    self.pool = pool
    self.saved = saved
    schedule = CheckpointSchedule(configuration.checkpoints)
    snapshot = Snapshot(count: initial.parameters.count, groups: initial.tensors.count)
    writer = try CheckpointWriter(
      directory: directory.path, policy: configuration.checkpoints, metric: configuration.best,
      entries: entries, history: initial.history)
  }

  /// Saves the state between two steps of an epoch, if a checkpoint is due.
  ///
  /// - Returns: whether it did, and so took time.
  func saveIfDue(step: Int, _ checkpoint: () -> Checkpoint) -> Bool {
    guard schedule.isAsked(step: step) || (schedule.isTime() && !writer.isBusy) else {
      return false
    }
    save(checkpoint())
    return true
  }

  /// Saves a state, unless it is the one that was saved last. Waits for the checkpoint before it to
  /// be written.
  func save(_ checkpoint: Checkpoint) {
    guard checkpoint.progress != saved else { return }
    saved = checkpoint.progress
    let start = clock.now
    writer.wait()
    let copying = clock.now
    writer.write(snapshot.take(checkpoint, pool: pool))
    blockedSeconds = (clock.now - start).inSeconds
    cost.waitSeconds += (copying - start).inSeconds
    cost.copySeconds += (clock.now - copying).inSeconds
    schedule.started()
  }

  /// Tells what became of checkpoints.
  ///
  /// - Throws: `TrainingError.runDirectory` where none could be written at all, so that training
  ///   could not go on from anywhere.
  func tell(_ report: (TrainingEvent) -> Void) throws {
    for outcome in writer.takeOutcomes() {
      cost.writeSeconds += outcome.writeSeconds
      guard let problem = outcome.problem else {
        cost.count += 1
        schedule.measured(cost: blockedSeconds + outcome.coreSeconds)
        report(.wroteCheckpoint(outcome.path))
        continue
      }
      failures.append(problem)
      guard let newest else {
        throw TrainingError.runDirectory(
          path: directory, problem: "the first checkpoint cannot be written: \(problem)")
      }
      report(.checkpointFailed(path: outcome.path, problem: problem, newest: newest))
    }
  }

  /// The newest good checkpoint.
  var newest: String? { writer.newest }

  /// Waits until everything is written, ends the writer's thread, and tells. Nothing may be saved
  /// afterwards.
  func finish(_ report: (TrainingEvent) -> Void) throws {
    close()
    try tell(report)
  }

  /// The same, without telling: for a run that failed, or once more.
  func close() { writer.close() }
}

/// What the checkpoints of a process have cost.
public struct CheckpointCost: Sendable {
  /// Those that were written.
  public var count = 0
  /// Seconds that training waited for the checkpoint before to be written, and for the state to be
  /// copied.
  public var waitSeconds = 0.0
  public var copySeconds = 0.0
  /// Seconds that writing took, beside training.
  public var writeSeconds = 0.0
}
