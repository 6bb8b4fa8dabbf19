import Datasets
import Glibc
import Networks
import Settings
import Training

/// `lockstep train`: a dataset file into a run directory.
enum Train: Command {
  static let name = "train"
  static let summary = "Trains a network on a dataset file, into a new run directory."
  static let usage = "lockstep train [RUN.json5] --data FILE.h5 --output RUN_DIR"
  static let details = """
    Without a run file, or with one that lists no layers, it trains a dense network of hidden
    layers; sizes of input and output follow from the data. The run file holds any of the settings
    below and more, in JSON5; an option beats the file. Networks that options cannot describe, and
    parameters of losses, optimizers and schedules, stand there:

      {
        network: [
          { layer: "dense", units: 256, activation: "leakyRelu", alpha: 0.1 },
          { layer: "dropout", rate: 0.3 },
          { layer: "dense", units: 10 },
        ],
        optimizer: { optimizer: "sgd", momentum: 0.9, nesterov: true },
        schedule: { schedule: "cosine", warmupSteps: 500 },
        learningRate: 0.05,
      }

    The run directory gets checkpoints (before the first step and after each epoch), the complete
    configuration (run.json5) and what each epoch came to (history.json).
    """

  static let options = TrainOptions.groups

  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    let files = try arguments.words(0...1, for: Self.self)
    _ = try arguments.required(TrainOptions.data, for: Self.self)
    let output = try arguments.required(TrainOptions.output, for: Self.self)
    let settings = try RunSettings(file: files.first, arguments)
    let configuration = try settings.configuration()
    let isReplacing = arguments.has(.force)
    try RunDirectory.check(output, replacingExisting: isReplacing)

    let dataset = try Dataset(
      paths: arguments.all(TrainOptions.data), features: settings.features,
      targets: settings.targets, weights: settings.weights, task: configuration.task,
      allowing: try arguments.permissions())
    let asked = arguments.integer(.workers)
    let trainer = try settings.explaining {
      try Trainer(
        configuration, data: dataset, workers: asked,
        memoryBudget: arguments.integer(.memoryBudget))
    }
    let directory = try RunDirectory(creating: output, replacingExisting: isReplacing)
    let report = TrainingReport(trainer, of: dataset, output: output, console)
    let quality = try dataset.shuffleQuality(
      geometry: trainer.plan.geometry, batch: trainer.plan.batchSize,
      seed: trainer.plan.configuration.seed)
    report.begin(askedWorkers: asked, quality: quality)
    let result = try train(trainer, into: directory) { report.show($0) }
    func metrics(_ split: SplitName) throws -> Metrics? {
      try dataset.splits[split] == nil ? nil : trainer.evaluate(split)
    }
    let validation = try result.epochs.last?.validation ?? metrics(.validation)
    let test = try metrics(.test)
    report.end(result, test: test)
    return result.json(trainer, validation: validation, test: test, output: output)
  }

  /// Trains; a run that could not even write its first checkpoint leaves nothing behind.
  private static func train(
    _ trainer: Trainer, into directory: RunDirectory, _ report: (TrainingEvent) -> Void
  ) throws -> TrainingResult {
    do {
      return try trainer.train(into: directory, report: report)
    } catch {
      if directory.newestCheckpoint == nil {
        unlink(directory.path + "/run.json5")
        // Folders that hold anything else stay.
        rmdir(directory.path + "/checkpoints")
        rmdir(directory.path)
      }
      throw error
    }
  }
}

extension TrainingResult {
  fileprivate func json(
    _ trainer: Trainer, validation: Metrics?, test: Metrics?, output: String
  ) -> SettingValue {
    var members: [String: SettingValue] = [
      "epochs": .integer(progress.epoch), "steps": .integer(progress.step),
      "samplesPerSecond": .number(samplesPerSecond),
      "parametersSHA256": .string(parametersSHA256),
      "workers": .integer(trainer.workers), "shards": .integer(trainer.plan.shards),
      "output": .string(output), "history": .array(epochs.map(\.settings)),
    ]
    members["checkpoint"] = checkpoint.map { .string($0) }
    members["train"] = epochs.last?.settings[["train"]]
    members["validation"] = validation?.settings(details: false)
    members["test"] = test?.settings(details: false)
    return .object(members)
  }
}
