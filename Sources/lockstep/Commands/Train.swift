import Datasets
import Glibc
import Kernels
import Networks
import Settings
import Training

/// `lockstep train`: a dataset file into a run directory.
enum Train: Command {
  static let name = "train"
  static let summary = "Trains a network on a dataset file, into a new run directory."
  static let usage = "lockstep train [RUN.json5] --data FILE.h5 --output RUN_DIR"
  static let details = """
    Without a run file, or with one that lists no layers, it trains a dense network
    of hidden layers; sizes of input and output follow from the data. The run file
    holds any of the settings below and more, in JSON5; an option beats the file.
    Networks that options cannot describe, and parameters of losses, optimizers and
    schedules, stand there:

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

    The run directory gets checkpoints (before the first step, within epochs as
    often as costs little, after each epoch, and when SIGINT or SIGTERM stops the
    run), the complete configuration (run.json5) and what each epoch came to
    (history.json). lockstep resume RUN_DIR goes on after any interruption, and
    comes to the same bits as if there had been none.
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
    try Profiling.check(arguments)

    let asked = arguments.integer(.workers)
    let (dataset, trainer) = try SelfTest.runBeside {
      let dataset = try settings.dataset(arguments, task: configuration.task)
      let trainer = try settings.explaining {
        try Trainer(
          configuration, data: dataset, workers: asked,
          memoryBudget: arguments.integer(.memoryBudget))
      }
      return (dataset, trainer)
    }
    Profiling.begin(arguments, trainer)
    let directory = try RunDirectory(creating: output, replacingExisting: isReplacing)
    let report = TrainingReport(trainer, of: dataset, output: output, console)
    try report.begin(askedWorkers: asked)
    for tensor in trainer.leftOut { console.note("left out: \(tensor)") }
    do {
      let result = try TrainingRun(
        trainer: trainer, dataset: dataset, directory: directory, report: report, console: console
      ).run()
      Profiling.end(arguments, trainer, console)
      return result
    } catch {
      directory.removeUnlessStarted()
      throw error
    }
  }
}
