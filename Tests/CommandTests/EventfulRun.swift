import Foundation
import TestSupport
import Testing

/// A run with everything that has a state or a place in it: dropout, momentum, a schedule, clipping,
/// a moving average, early stopping, a plateau and a shuffle of several windows; 40 steps an epoch.
struct EventfulRun {
  let workshop = Workshop()

  /// - Parameter isStreamed: whether its data are more than `streaming` lets them take.
  init(isStreamed: Bool = false) throws {
    try workshop.writePoints(
      train: isStreamed ? 3000 : 120, features: isStreamed ? 100 : 7)
    let text = """
      {
        hidden: [24, 12], dropout: 0.2, optimizer: { optimizer: "sgd", momentum: 0.9 },
        learningRate: 0.05, schedule: { schedule: "exponential", gamma: 0.999 }, scheduleEpochs: 8,
        clipNorm: 1, ema: 0.95, earlyStopping: 9, plateau: { patience: 1 }, epochs: 8, shards: 3,
        seed: 5, batchSize: \(isStreamed ? 75 : 3),
        shuffle: { mode: "window", blockRows: 5, windowBlocks: \(isStreamed ? 40 : 6) },
      }
      """
    try workshop.folder.write(Array(text.utf8), to: "run.json5")
  }

  static let train = "train run.json5 --data data.h5"
  static let streaming = "--memory-budget 1350K"
  /// Goes on until it is stopped.
  static let forever = "\(train) --epochs 100000 --early-stopping 100000"

  /// The hash of the parameters that a command comes to.
  func hash(_ line: String) throws -> String {
    try #require(workshop.json(line)["parametersSHA256"] as? String)
  }

  /// A shell's commands that start a run that goes on for ever, and wait until it has a checkpoint;
  /// `$pid` is its process, its output is in `result` and `log`.
  static func starting(_ directory: String = "run") -> String {
    """
    "$lockstep" \(forever) --output \(directory) --json > result 2> log &
    pid=$!
    for try in {1..400}; do [ -e \(directory)/history.json ] && break; sleep 0.05; done
    """
  }
}
