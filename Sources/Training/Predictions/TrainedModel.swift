import Datasets
import Kernels

/// A checkpoint's network with its parameters, ready to judge and predict data.
///
/// It computes with the run's own shards and batch size, so `evaluate` gives the bits that the
/// run's validation gave.
public final class TrainedModel {
  public let checkpoint: Checkpoint
  /// Its path.
  public let path: String
  /// Newer checkpoints of the run that cannot be used.
  public let damaged: [DamagedCheckpoint]
  public let model: Model
  public let workers: Int
  private let engine: Engine

  /// - Parameters:
  ///   - path: a checkpoint, or a run directory for the checkpoint that it stands for: its best one
  ///     where best weights were asked for, else its newest.
  ///   - workers: threads to use; nil is the number of cores.
  /// - Throws: `TrainingError` for a file that is not a whole checkpoint, `NumericsError` where
  ///   the machine's libraries compute wrongly.
  public init(path: String, workers: Int? = nil) throws {
    let found = try SelfTest.runBeside { try RunDirectory.find(path) }
    try SelfTest.run()
    checkpoint = found.checkpoint
    self.path = found.path
    damaged = found.damaged
    let configuration = checkpoint.configuration
    let shards = configuration.shards ?? 1
    model = checkpoint.model
    self.workers = min(workers ?? availableCores(), shards)
    try model.checkMemory(
      batchSize: configuration.batchSize ?? 1, shards: shards, available: availableMemory())
    engine = try Engine(
      model: model, batchSize: configuration.batchSize ?? 1, shards: shards,
      seed: configuration.seed, topK: configuration.topK, workers: self.workers, trains: false)
    engine.parameters.view.copy(from: checkpoint.evaluated)
  }

  /// The metrics of a split of a dataset.
  /// - Throws: `TrainingError.unfit` where the data is not what the model was trained for, and
  ///   `DatasetError` where it has no such split.
  public func evaluate(
    _ dataset: Dataset, split: SplitName = .test, memoryBudget: Int? = nil
  ) throws -> Metrics {
    try model.checkFits(dataset, needsTargets: true)
    try model.check(split, of: dataset)
    return try engine.evaluate(stream(split, of: dataset, memoryBudget: memoryBudget))
  }

  /// Writes a prediction for every row of a split: HDF5 for a name that ends in `.h5` or `.hdf5`,
  /// CSV for `.csv`.
  ///
  /// - Returns: the number of rows.
  /// - Throws: what `evaluate` throws, and `DatasetError` where the file cannot be written.
  public func predict(
    _ dataset: Dataset, split: SplitName = .test, to output: String,
    replacingExisting: Bool = false, memoryBudget: Int? = nil
  ) throws -> Int {
    try model.checkFits(dataset, needsTargets: false)
    let stream = try stream(split, of: dataset, memoryBudget: memoryBudget)
    let writer = try predictionWriter(
      for: output, model: model, rows: stream.rows, replacingExisting: replacingExisting)
    try engine.predict(stream) { numbers, outputs in
      let classes = model.classes > 0 ? model.classes(of: outputs, rows: numbers.count) : nil
      try writer.append(numbers: numbers, classes: classes, outputs: outputs)
    }
    try writer.finish()
    return stream.rows
  }

  private func stream(
    _ split: SplitName, of dataset: Dataset, memoryBudget: Int?
  ) throws -> RowStream {
    let stream = try dataset.stream(
      split, batch: engine.batch.rows.count, decoders: availableCores(),
      budget: memoryBudget ?? defaultMemoryBudget())
    try stream.prepare()
    return stream
  }
}
