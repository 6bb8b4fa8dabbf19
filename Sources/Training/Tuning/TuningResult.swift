/// A moment of training with one choice of what speed depends on.
public struct TuningTrial: Sendable, Equatable {
  /// What the trial was made to find out.
  public enum Question: String, Sendable, CaseIterable {
    case workers, shards, batchSize, memoryBudget
  }

  public var question: Question
  public var workers: Int
  public var shards: Int
  public var batchSize: Int
  /// Bytes for the data, where they were the question.
  public var memoryBudget: Int?
  public var samplesPerSecond: Double
  /// The share of the time in which rows were waited for.
  public var waitingShare: Double
  /// Whether the training split passed through memory rather than stay there.
  public var streamed: Bool
}

/// What tuning is about to try.
public struct TuningProgress: Sendable, Equatable {
  /// From 1.
  public var trial: Int
  public var of: Int
  public var workers: Int
  public var shards: Int
  public var batchSize: Int
}

/// What the trials came to.
public struct TuningResult: Sendable, Equatable {
  public var trials: [TuningTrial]
  /// That this process may use.
  public var cores: Int
  /// The fewest workers and shards within 3 % of the fastest trial, unless the configuration gives
  /// shards.
  public var workers: Int
  public var shards: Int
  /// The configuration's, or else the smallest whose trial comes within 10 % of the fastest: smaller
  /// batches learn more from each sample.
  public var batchSize: Int
  /// That fits the memory; at most the rows of the training split.
  public var largestBatchSize: Int
  /// Of data that pass through memory: the smallest budget within 3 % of the fastest.
  public var memoryBudget: Int?
  /// Whether there was time for all trials.
  public var isComplete: Bool
}
