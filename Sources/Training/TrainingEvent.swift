/// What a run tells while it goes on, on the thread that trains.
public enum TrainingEvent: Sendable {
  /// Before the first step.
  case started
  /// Now and then between steps, a few times a second.
  case advanced(StepReport)
  /// After an epoch and its validation.
  case finishedEpoch(EpochReport)
  /// After that, where the time of the epoch's steps went: of a run that is profiled.
  case measuredEpoch(StepAnatomy)
  /// A checkpoint was written to this path.
  case wroteCheckpoint(String)
  /// A checkpoint could not be written; training goes on, and could be resumed from the newest good
  /// one.
  case checkpointFailed(path: String, problem: String, newest: String)
  /// The validation metric has not improved for this many epochs, and the run ends early.
  case stoppedEarly(epochsSinceBest: Int)
}

/// How far an epoch is.
public struct StepReport: Sendable {
  /// The epoch, from 1.
  public var epoch: Int
  /// Mini-batches of the epoch done.
  public var batch: Int
  /// The weighted mean loss of the epoch so far.
  public var loss: Double
  /// Training steps only, since the process began.
  public var samplesPerSecond: Double
}

/// What an epoch came to.
public struct EpochReport: Sendable, Equatable {
  /// The epoch, from 1.
  public var epoch: Int
  /// Optimizer steps done so far in the run.
  public var step: Int
  /// The learning rate of the epoch's last step.
  public var learningRate: Double
  /// Over the epoch's training steps, each sample as it was when its mini-batch was trained on.
  public var trainLoss: Double
  /// The share of those samples that were classified rightly; nil for a regression.
  public var trainAccuracy: Double?
  /// Of the validation split after the epoch; nil where the data has none.
  public var validation: Metrics?
  /// Seconds of the epoch's training steps.
  public var seconds: Double
  /// Seconds of these in which training waited for rows that were still being read.
  public var secondsWaiting: Double
  public var samplesPerSecond: Double
}

/// What a run came to.
public struct TrainingResult: Sendable {
  public enum End: Sendable {
    case finished, stoppedEarly, interrupted
  }

  public var progress: Progress
  public var end: End
  /// Every epoch of the run.
  public var epochs: [EpochReport]
  /// Training steps only, of this process.
  public var samplesPerSecond: Double
  /// From the start of this process to the end of its first step; nil where it made none.
  public var secondsToFirstStep: Double?
  /// The checkpoint that the run stands for, where it has a directory: the best where best weights
  /// were asked for, else the newest.
  public var checkpoint: String?
  /// Of that checkpoint's parameters, or where there is none of the trainer's: SHA-256 of their
  /// bytes in layout order, little-endian, as 64 hexadecimal digits.
  public var parametersSHA256: String
  /// Why checkpoints could not be written.
  public var checkpointFailures: [String]
  /// Of this process.
  public var checkpointCost: CheckpointCost
  /// Where the time of this process's steps went, if `Trainer.profile` was called.
  public var anatomy: StepAnatomy?
}
