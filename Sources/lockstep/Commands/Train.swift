import Datasets
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
    let data = try arguments.required(TrainOptions.data, for: Self.self)
    let output = try arguments.required(TrainOptions.output, for: Self.self)
    let settings = try RunSettings(file: files.first, arguments)
    let configuration = try settings.configuration()
    let isReplacing = arguments.has(.force)
    try RunDirectory.check(output, replacingExisting: isReplacing)

    let dataset = try Dataset(
      path: data, features: settings.features, targets: settings.targets,
      weights: settings.weights, task: configuration.task)
    let asked = arguments.integer(.workers)
    let trainer = try settings.explaining {
      try Trainer(
        configuration, data: dataset, workers: asked,
        memoryBudget: arguments.integer(.memoryBudget))
    }
    let report = TrainingReport(
      trainer.plan, workers: trainer.workers,
      hasValidation: dataset.splits[.validation] != nil, console)
    let directory = try RunDirectory(creating: output, replacingExisting: isReplacing)
    report.begin(dataset: dataset, output: output, askedWorkers: asked)
    let result = try trainer.train(into: directory) { report.show($0) }
    let validation =
      try result.epochs.last?.validation
      ?? (dataset.splits[.validation] == nil ? nil : trainer.evaluate(.validation))
    let test = try dataset.splits[.test] == nil ? nil : trainer.evaluate(.test)
    report.end(result, test: test, data: data, output: output)

    var members: [String: SettingValue] = [
      "epochs": .integer(result.progress.epoch), "steps": .integer(result.progress.step),
      "samplesPerSecond": .number(result.samplesPerSecond),
      "parametersSHA256": .string(result.parametersSHA256),
      "workers": .integer(trainer.workers), "shards": .integer(trainer.plan.shards),
      "output": .string(output), "history": .array(result.epochs.map(\.settings)),
    ]
    members["checkpoint"] = result.checkpoint.map { .string($0) }
    if let last = result.epochs.last, case .object(let epoch) = last.settings {
      members["train"] = epoch["train"]
    }
    members["validation"] = validation?.settings(details: false)
    members["test"] = test?.settings(details: false)
    return .object(members)
  }
}
