import Datasets
import Settings
import Training

/// `lockstep predict`: what a run or a checkpoint says about each row of a split.
enum Predict: Command {
  static let name = "predict"
  static let summary = "Writes the outputs of a run or a checkpoint for each row of a dataset."
  static let usage =
    "lockstep predict RUN_DIR|CHECKPOINT.h5 --data FILE.h5|TABLE.csv [--split test] --output "
    + "FILE.h5|FILE.csv"
  static let details = """
    A run directory stands for its newest checkpoint that is whole, or for its best
    one if it was trained for the best weights. The output has a row for each
    sample: its number in its source (row), the predicted class of a classifier
    (class), and the outputs, which of a classifier are probabilities. An HDF5 file
    has them as /row, /class and /outputs; a CSV file has a column for each output,
    named by class.

    What was trained on a text table takes another one as it is, with or without the
    target: its columns become what the first one's did.
    """

  static let options = [
    OptionGroup(
      title: "Data and output",
      options: [data, Evaluate.split, output, .force]
        + Option.layout + Option.permissions),
    OptionGroup(title: "Machine", options: [.workers, .memoryBudget]),
  ]

  private static let data = Option(
    "data", .repeatedPath("FILE"),
    "The dataset file, or the text table; more of them, one after another, are one dataset.")
  private static let endings = [".h5", ".hdf5", ".csv"]
  private static let output = Option(
    "output",
    .text("FILE.h5|FILE.csv", "a name that ends in \(endings.joined(separator: ", "))") { text in
      endings.contains { text.hasSuffix($0) } ? .string(text) : nil
    }, "The file to write: HDF5 or CSV.")

  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    let path = try arguments.words(1...1, for: Self.self)[0]
    let data = try arguments.required(data, for: Self.self)
    let output = try arguments.required(output, for: Self.self)
    let split = arguments.choice(Evaluate.split, of: SplitName.self) ?? .test
    let isReplacing = arguments.has(.force)
    try AtomicFile.check(output, replacingExisting: isReplacing)

    let trained = try TrainedModel(path: path, workers: arguments.integer(.workers))
    for damaged in trained.damaged { console.warn(damaged) }
    let tables = try RawTables(
      arguments.all(Self.data), for: trained, split: split, besides: output)
    if let tables { console.note(tables.summary) }
    defer { tables?.remove() }
    let dataset = try Dataset(
      paths: tables.map { [$0.path] } ?? arguments.all(Self.data), arguments,
      task: trained.model.task)
    let rows = try explainingData {
      try trained.predict(
        dataset, split: split, to: output, replacingExisting: isReplacing,
        memoryBudget: arguments.integer(.memoryBudget))
    }
    let kind = trained.model.classes > 0 ? "classes and probabilities" : "outputs"
    console.result(
      "\(output): \(kind) of \(Numbers.count(rows, "row")) of \(data), \(split)")
    return [
      "output": .string(output), "rows": .integer(rows), "data": .string(data),
      "split": .string(split.rawValue),
      "checkpoint": .string(trained.path),
      "outputs": .integer(trained.model.outputs), "workers": .integer(trained.workers),
    ]
  }
}
