import Datasets
import Kernels
import Settings
import Training

/// `lockstep resume`: a run that was interrupted goes on, exactly.
enum Resume: Command {
  static let name = "resume"
  static let summary = "Goes on with a run that was interrupted, as if it had not been."
  static let usage = "lockstep resume RUN_DIR"
  static let details = """
    Goes on from the newest checkpoint that is whole, in the middle of an epoch if
    need be, with the run's own settings. The result has the same bits as that of a
    run that was never interrupted, whatever the number of workers. Before the first
    checkpoint the run starts anew; a finished run is left as it is, unless --epochs
    is more than it has: then it goes on at the schedule's final learning rate.

    It refuses to go on with other data or other settings, and says what differs.
    """

  static let options = [
    OptionGroup(title: "Run", options: [epochs, data] + Option.permissions),
    OptionGroup(title: "Changes", options: [allowDataChange, allowConfigurationChange]),
    OptionGroup(title: "Machine", options: [.workers, .memoryBudget, .profile]),
  ]

  private static let epochs = Option(
    "epochs", .integer(0...1_000_000),
    "How many epochs the run is to have. Default: as many as it was to have.")
  private static let data = Option(
    "data", .repeatedPath("FILE.h5"),
    "Where the dataset file is now, or each of them. Default: where it was.")
  private static let allowDataChange = Option(
    "allow-data-change", .flag, "Go on with data that are not those the run was trained on.")
  private static let allowConfigurationChange = Option(
    "allow-configuration-change", .flag,
    "Go on with what run.json5 says where it was changed since the checkpoint.")

  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    let path = try arguments.words(1...1, for: Self.self)[0]
    var changes: Resumption.Changes = []
    if arguments.has(allowDataChange) { changes.insert(.data) }
    if arguments.has(allowConfigurationChange) { changes.insert(.configuration) }
    try Profiling.check(arguments)
    let resumption = try SelfTest.runBeside {
      try Self.resumption(of: path, arguments, allowing: changes)
    }
    let damaged = resumption.found?.damaged ?? []
    for damaged in damaged { console.warn(damaged) }
    let dataset: Dataset
    do {
      dataset = try resumption.data.open(
        at: arguments.all(data), task: resumption.configuration.task,
        allowing: arguments.permissions())
    } catch {
      // Of a finished run only its test needs the data.
      guard resumption.isFinished else { throw error }
      return try finishedWithoutData(resumption, error, console)
    }
    let asked = arguments.integer(.workers)
    let trainer = try Trainer(
      resuming: resumption, data: dataset, workers: asked,
      memoryBudget: arguments.integer(.memoryBudget))
    Profiling.begin(arguments, trainer)
    let report = TrainingReport(trainer, of: dataset, output: path, console)
    if resumption.isFinished {
      console.note(finished(resumption))
    } else {
      try report.begin(askedWorkers: asked)
      console.note("\n" + goingOn(resumption))
    }
    if let change = resumption.numericsChange {
      console.warn(
        "the numbers come from another program, processor or library now, so the bits may "
          + "differ from those of a run without this change: before \(change.from); now "
          + change.to)
    }
    let from = resumption.found?.path
    var members = try TrainingRun(
      trainer: trainer, dataset: dataset, directory: resumption.directory, report: report,
      console: console
    ).run().members
    Profiling.end(arguments, trainer, console)
    members["resumedFrom"] = from.map { .string($0) } ?? .null
    members["damaged"] = .array(
      damaged.map { ["path": .string($0.path), "problem": .string($0.problem)] })
    return .object(members)
  }

  private static func resumption(
    of path: String, _ arguments: Arguments, allowing changes: Resumption.Changes
  ) throws -> Resumption {
    do {
      return try Resumption(
        RunDirectory(resuming: path), epochs: arguments.integer(epochs), allowing: changes)
    } catch TrainingError.unfit(setting: "epochs", let problem) {
      throw UsageError("\(epochs.flag) \(problem)")
    }
  }

  /// What a finished run came to, where its data are gone.
  private static func finishedWithoutData(
    _ resumption: Resumption, _ error: any Error, _ console: Console
  ) throws -> SettingValue {
    let found = try RunDirectory.find(resumption.directory.path)
    let checkpoint = found.checkpoint
    console.note(finished(resumption))
    console.warn("nothing is measured on the test split: \(error)")
    console.result("checkpoint  \(found.path)\nSHA-256     \(checkpoint.parametersSHA256)")
    var members: [String: SettingValue] = [
      "epochs": .integer(resumption.progress.epoch), "steps": .integer(resumption.progress.step),
      "samplesPerSecond": 0, "checkpoint": .string(found.path),
      "parametersSHA256": .string(checkpoint.parametersSHA256), "workers": 0,
      "shards": .integer(resumption.configuration.shards ?? 0),
      "output": .string(resumption.directory.path), "end": "finished",
    ]
    let last = checkpoint.history.epochs.last?.settings.members ?? [:]
    for key in ["train", "validation"] { members[key] = last[key] }
    return .object(members)
  }

  private static func finished(_ resumption: Resumption) -> String {
    let progress = resumption.progress
    let reason =
      progress.epoch < resumption.configuration.epochs
      ? "stopped early after \(Numbers.count(progress.epoch, "epoch"))"
      : "has all of its \(Numbers.count(resumption.configuration.epochs, "epoch"))"
    return "\(resumption.directory.path) is finished: it \(reason)."
  }

  private static func goingOn(_ resumption: Resumption) -> String {
    guard let found = resumption.found else {
      return "There is no checkpoint yet: the run starts anew."
    }
    let progress = resumption.progress
    return "Goes on from \(found.path): epoch \(progress.epoch + 1), after "
      + "\(Numbers.count(progress.step, "step"))."
  }
}
