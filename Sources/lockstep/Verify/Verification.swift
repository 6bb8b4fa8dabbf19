import Datasets
import Glibc
import Settings
import Training

/// The runs that `lockstep verify` compares.
struct Verification {
  struct Run {
    var name: String
    var workers: String
    var steps: Int
    var parametersSHA256: String
  }

  private let configuration: RunConfiguration
  private let dataset: Dataset
  private let settings: RunSettings
  private let permissions: [Option]
  private let memoryBudget: Int?
  private let console: Console
  private let plan: Plan

  /// - Parameter permissions: the options by which `data` was allowed to lead beyond itself.
  init(
    _ configuration: RunConfiguration, data: Dataset, settings: RunSettings, permissions: [Option],
    memoryBudget: Int?, _ console: Console
  ) throws {
    self.dataset = data
    self.settings = settings
    self.permissions = permissions
    self.memoryBudget = memoryBudget
    self.console = console
    plan = try Trainer(configuration, data: data, workers: 1, memoryBudget: memoryBudget).plan
    self.configuration = plan.configuration
    guard plan.totalSteps > 2 else {
      throw TrainingError.unfit(
        setting: "epochs",
        problem:
          "makes a run of \(Numbers.count(plan.totalSteps, "step")); one of 3 or more can be "
          + "killed on the way")
    }
  }

  /// - Parameter steps: how many to train, or a few more; fewer where the run has fewer.
  func run(steps: Int) throws -> [Run] {
    let folder = try ScratchFolder()
    let cores = availableCores()
    // The kill comes first: it decides where the runs are compared.
    let wanted = max(1, min(steps, plan.totalSteps / 2) / 2)
    let killed = try kill(in: folder, workers: cores, after: wanted)
    let resumption = try Resumption(RunDirectory(resuming: killed))
    let start = resumption.progress.step
    guard !resumption.isFinished else {
      throw TrainingError.unfit(
        setting: "epochs",
        problem: "makes a run so short (\(Numbers.count(plan.totalSteps, "step"))) that it ended "
          + "before it could be killed; give more epochs")
    }
    let end = min(plan.totalSteps, max(steps, start + wanted))
    let others = cores == 1 ? 2 : 1
    let resumed = try run(
      Trainer(resuming: resumption, data: dataset, workers: others, memoryBudget: memoryBudget),
      until: end, "killed at step \(start), resumed", workers: "\(cores), then \(others)")
    var runs: [Run] = []
    for workers in Set([1, 2, cores]).sorted() {
      let trainer = try Trainer(
        configuration, data: dataset, workers: workers, memoryBudget: memoryBudget)
      runs.append(
        try run(trainer, until: end, "uninterrupted", workers: "\(trainer.workers)"))
    }
    return runs + [resumed]
  }

  /// Trains in a process of its own, and kills it when it has a checkpoint after `steps` steps.
  ///
  /// - Returns: its run directory.
  private func kill(
    in folder: ScratchFolder, workers: Int, after steps: Int
  ) throws -> String {
    var written = configuration
    written.checkpoints = CheckpointPolicy()
    written.checkpoints.every = max(1, steps / 4)
    let (file, directory, log) =
      (folder.path + "/run.json5", folder.path + "/run", folder.path + "/log")
    try AtomicFile.write(written.settings.json(), to: file, replacingExisting: false)
    let process = try ChildProcess(
      ["train", file, "--output", directory, "--workers", "\(workers)"] + readingWords, log: log)
    defer { process.kill() }
    while try RunDirectory.newestStep(in: directory) < steps, process.isRunning {
      try Self.checkInterruption()
      usleep(500)
    }
    process.kill()
    guard try !RunDirectory.checkpoints(in: directory).isEmpty else {
      let text = String(decoding: (try? TextFile.read(log)) ?? [], as: UTF8.self)
      throw TrainingError.runDirectory(path: directory, problem: "was not trained:\n\(text)")
    }
    return directory
  }

  /// The options that say where the data are and how they are read.
  private var readingWords: [String] {
    var words = dataset.paths.flatMap { [TrainOptions.data.flag, $0] } + permissions.map(\.flag)
    if let memoryBudget { words += [Option.memoryBudget.flag, "\(memoryBudget)"] }
    for (option, path) in [
      (TrainOptions.features, settings.features), (TrainOptions.targets, settings.targets),
      (TrainOptions.weights, settings.weights),
    ] {
      if let path { words += [option.flag, path] }
    }
    return words
  }

  private func run(
    _ trainer: Trainer, until end: Int, _ name: String, workers: String
  ) throws -> Run {
    trainer.isStopped = { [unowned trainer] in
      trainer.progress.step >= end || Interruption.signal != nil
    }
    let result = try trainer.train { event in
      guard case .advanced = event else { return }
      console.show(
        ProgressLine.State(
          title: name, fraction: Double(trainer.progress.step) / Double(end),
          details: ["\(workers) workers"]))
    }
    try Self.checkInterruption()
    return Run(
      name: name, workers: workers, steps: result.progress.step,
      parametersSHA256: result.parametersSHA256)
  }

  private static func checkInterruption() throws {
    guard let signal = Interruption.signal else { return }
    throw Unfinished(
      status: 128 + signal, message: "interrupted by \(Interruption.name(signal))")
  }
}
