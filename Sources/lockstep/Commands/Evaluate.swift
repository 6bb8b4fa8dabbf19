import Datasets
import Settings
import Training

/// `lockstep evaluate`: how well a run or a checkpoint does on a split.
enum Evaluate: Command {
  static let name = "evaluate"
  static let summary = "Measures loss and metrics of a run or a checkpoint on a dataset."
  static let usage = "lockstep evaluate RUN_DIR|CHECKPOINT.h5 --data FILE.h5 [--split test]"
  static let details = """
    A run directory stands for its newest checkpoint that is whole, or for its best
    one if it was trained for the best weights. Of a classifier it tells loss,
    accuracy, precision and recall of each class, and which classes are taken for
    which; of a regression loss, MAE, RMSE and R². Features are normalised as the
    run's own were.
    """

  static let options = [
    OptionGroup(
      title: "Data", options: [data, split] + Option.layout + Option.permissions),
    OptionGroup(title: "Machine", options: [.workers, .memoryBudget]),
  ]

  private static let data = Option(
    "data", .repeatedPath("FILE.h5"),
    "The dataset file to measure on; more of them, one after another, are one dataset.")
  static let split = Option(
    "split", .choice(of: SplitName.self), "The split of the dataset. Default: test.")

  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    let path = try arguments.words(1...1, for: Self.self)[0]
    let data = try arguments.required(data, for: Self.self)
    let split = arguments.choice(split, of: SplitName.self) ?? .test
    let trained = try TrainedModel(path: path, workers: arguments.integer(.workers))
    for damaged in trained.damaged { console.warn(damaged) }
    let dataset = try Dataset(
      paths: arguments.all(Self.data), arguments, task: trained.model.task)
    let metrics = try explainingData {
      try trained.evaluate(
        dataset, split: split, memoryBudget: arguments.integer(.memoryBudget))
    }
    console.result(MetricsReport(metrics, model: trained.model).text(split: split, of: data))

    var members = metrics.settings(details: true).members
    members["data"] = .string(data)
    members["split"] = .string(split.rawValue)
    members["checkpoint"] = .string(trained.path)
    members["parametersSHA256"] = .string(trained.checkpoint.parametersSHA256)
    members["workers"] = .integer(trained.workers)
    members["classNames"] = trained.model.classNames.map { .array($0.map { .string($0) }) }
    return .object(members)
  }
}

/// Runs `body`, and has its errors about data that does not fit the network name the option.
func explainingData<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch TrainingError.unfit(setting: "data", let problem) {
    throw TrainingError.unfit(setting: "--data", problem: problem)
  }
}

extension Dataset {
  /// Opens the files that a command line names, laid out as its options say.
  convenience init(
    paths: [String], _ arguments: Arguments, task: Task?, needsTargets: Bool = true
  ) throws {
    try self.init(
      paths: paths, features: arguments.text(.features), targets: arguments.text(.targets),
      weights: arguments.text(.weights), task: task, needsTargets: needsTargets,
      allowing: arguments.permissions())
  }
}
