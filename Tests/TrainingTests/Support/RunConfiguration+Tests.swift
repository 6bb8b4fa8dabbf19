import TestSupport
import Training

extension RunConfiguration {
  /// What could let the number of workers or the place of an interruption into the numbers: dropout,
  /// accumulation, clipping, shards that are smaller than others, and a shuffle by windows.
  static var eventful: RunConfiguration {
    var configuration = RunConfiguration()
    configuration.hidden = [16, 9]
    configuration.dropout = 0.25
    configuration.accumulate = 2
    configuration.clipNorm = 0.5
    configuration.shuffle.mode = .window
    configuration.shuffle.blockRows = 10
    configuration.shuffle.windowBlocks = 4
    configuration.batchSize = 28
    configuration.shards = 8
    configuration.epochs = 3
    return configuration
  }

  /// This configuration, changed.
  func with(_ change: (inout RunConfiguration) -> Void) -> RunConfiguration {
    var configuration = self
    change(&configuration)
    return configuration
  }
}
