import CSystem
import Datasets
import Settings
import Training

/// `lockstep tune`: measures what a run's speed depends on, on this machine.
enum Tune: Command {
  static let name = "tune"
  static let summary = "Measures workers, shards and batch sizes with your network and data."
  static let usage = "lockstep tune [RUN.json5] --data FILE.h5 [--write FILE.json5]"
  static let details = """
    Trains moments of a run on this machine with 1, 2, 4, … workers, with more and
    fewer shards, with smaller and larger batches, and, where the data do not stay in
    memory, with less of it. It says how fast each was, and what it would choose: the
    fewest workers and shards within 3 % of the fastest, and the smallest batch
    within 10 %. What the run file or an option says of shards and the batch stays as
    it is.

    Shards and the batch size are part of what a run's result depends on: choose them
    before a run, and keep them. Workers are not.
    """

  static let options =
    [
      OptionGroup(
        title: "What is measured",
        options: [TrainOptions.data, seconds, write] + TrainOptions.layout + Option.permissions)
    ]
    + TrainOptions.settings
    + [OptionGroup(title: "Machine", options: [.memoryBudget])]

  private static let seconds = Option(
    "seconds", .integer(1...3600), "How long all of it may take. Default: 40.")
  private static let write = Option(
    "write", .file(ending: ".json5"),
    "Write a run file with the choice, and everything else as the run has it. It must not exist.")

  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    let files = try arguments.words(0...1, for: Self.self)
    _ = try arguments.required(TrainOptions.data, for: Self.self)
    let settings = try RunSettings(file: files.first, arguments)
    let configuration = try settings.configuration()
    try arguments.text(write).map(checkIsNew)
    let dataset = try settings.dataset(arguments, task: configuration.task)
    let tuner = Tuner(
      configuration, data: dataset, memoryBudget: arguments.integer(.memoryBudget),
      seconds: Double(arguments.integer(seconds) ?? 40)
    ) { console.show($0.line) }
    Interruption.begin()
    tuner.isStopped = { Interruption.signal != nil }
    lockstep_keep_large_blocks()
    let result: TuningResult
    do {
      result = try settings.explaining { try tuner.run() }
    } catch is CancellationError {
      let signal = Interruption.signal ?? 0
      throw Unfinished(
        status: 128 + signal, message: "interrupted by \(Interruption.name(signal))")
    }
    Interruption.end()
    console.result(result.text)
    if let path = arguments.text(write) {
      do {
        try AtomicFile.write(
          settings.written(with: result).json(pretty: true) + "\n", to: path,
          replacingExisting: false)
        console.result("written    \(path)")
      } catch {
        console.unfinished = Unfinished(status: 1, message: "error: \(error)")
      }
    }
    return result.settings
  }
}

extension RunSettings {
  /// These settings with the choice in place of what they say.
  fileprivate func written(with result: TuningResult) -> SettingValue {
    var members = all.members
    members["shards"] = .integer(result.shards)
    members["batchSize"] = .integer(result.batchSize)
    return .object(members)
  }
}

extension TuningProgress {
  fileprivate var line: ProgressLine.State {
    ProgressLine.State(
      title: "trial \(trial)/\(of)", fraction: Double(trial - 1) / Double(of),
      details: [
        Numbers.count(workers, "worker"), Numbers.count(shards, "shard"), "batch \(batchSize)",
      ])
  }
}

extension TuningTrial.Question {
  fileprivate var words: String {
    switch self {
    case .workers: "workers"
    case .shards: "shards"
    case .batchSize: "batch size"
    case .memoryBudget: "memory budget"
    }
  }
}

extension TuningResult {
  fileprivate var text: String {
    var table = Table([
      "varied": .left, "workers": .right, "shards": .right, "batch": .right, "samples/s": .right,
      "of the fastest": .right, "waiting for data": .right,
    ])
    let fastest = trials.map(\.samplesPerSecond).max() ?? 0
    for trial in trials {
      table.add([
        trial.question.words + (trial.memoryBudget.map { " " + Numbers.bytes($0) } ?? ""),
        "\(trial.workers)", "\(trial.shards)", "\(trial.batchSize)",
        Numbers.rate(trial.samplesPerSecond), Numbers.percent(trial.samplesPerSecond / fastest),
        trial.streamed ? Numbers.percent(trial.waitingShare) : "",
      ])
    }
    var facts = Facts()
    facts.add(
      "choice",
      "--workers \(workers) --shards \(shards) --batch-size \(batchSize)"
        + (memoryBudget.map { " --memory-budget \($0)" } ?? ""))
    facts.add("", "on \(Numbers.count(cores, "core")); the result does not depend on the workers")
    facts.add("largest", "a batch of \(Numbers.count(largestBatchSize)) samples fits the memory")
    if !isComplete { facts.add("unmeasured", "there was no time for all trials; see --seconds") }
    return table.text + "\n\n" + facts.text
  }

  /// The result as JSON.
  fileprivate var settings: SettingValue {
    var members: [String: SettingValue] = [
      "workers": .integer(workers), "shards": .integer(shards), "batchSize": .integer(batchSize),
      "largestBatchSize": .integer(largestBatchSize), "cores": .integer(cores),
      "complete": .boolean(isComplete),
      "trials": .array(
        trials.map { trial in
          var members: [String: SettingValue] = [
            "varied": .string(trial.question.rawValue), "workers": .integer(trial.workers),
            "shards": .integer(trial.shards), "batchSize": .integer(trial.batchSize),
            "samplesPerSecond": .number(trial.samplesPerSecond),
            "waitingShare": .number(trial.waitingShare),
          ]
          members["memoryBudget"] = trial.memoryBudget.map { .integer($0) }
          return .object(members)
        }),
    ]
    members["memoryBudget"] = memoryBudget.map { .integer($0) }
    return .object(members)
  }
}
