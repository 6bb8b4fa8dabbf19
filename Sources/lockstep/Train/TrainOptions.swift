import Datasets
import Networks
import Training

/// The options of `lockstep train`. Those that a run file has too name its key; their values are
/// checked where the run file's are.
enum TrainOptions {
  static let groups =
    [
      OptionGroup(
        title: "Data and output",
        options: [data, output, .force] + layout + Option.permissions)
    ] + settings + [
      OptionGroup(title: "Checkpoints", options: checkpoints),
      OptionGroup(title: "Machine", options: [.workers, .memoryBudget, .profile]),
    ]

  /// What the result depends on, besides the data.
  static let settings = [
    OptionGroup(title: "Network", options: network),
    OptionGroup(title: "Learning", options: learning),
    OptionGroup(title: "Batches and order", options: batches),
    OptionGroup(title: "What validation decides", options: judging),
    OptionGroup(title: "Start", options: start),
  ]

  static let data = Option(
    "data", .repeatedPath("FILE.h5"),
    "The dataset file to learn from; more of them, one after another, are one dataset.")
  static let output = Option("output", .path("RUN_DIR"), "The run directory to make.")

  static let features = layout[0]
  static let targets = layout[1]
  static let weights = layout[2]
  /// Where files that others made have what.
  static let layout = Option.layout.map {
    Option($0.name, $0.value, $0.help, setting: [$0.name])
  }

  /// What describes the layers of a dense network, and so cannot stand beside a list of layers.
  static let network = [
    Option(
      "hidden", .settingList("N,…"),
      "Units of each hidden layer. Default: 128.", setting: ["hidden"]),
    Option(
      "activation", .settingName("NAME"),
      "Of the hidden layers: \(names(Activation.Name.self)). Default: relu.",
      setting: ["activation"]),
    Option(
      "dropout", .setting("RATE"),
      "The share of each hidden layer's outputs that is dropped in training. Default: 0.",
      setting: ["dropout"]),
    Option(
      "output-activation", .settingName("NAME"),
      "Of the output layer: \(names(OutputActivation.self)). Default: what the loss calls for.",
      setting: ["outputActivation"]),
  ]

  private static let learning = [
    Option(
      "task", .settingName("NAME"),
      "\(names(Task.self)). Default: integer targets are classes, float targets values.",
      setting: ["task"]),
    Option(
      "loss", .settingName("NAME"),
      "\(names(Loss.Name.self)). Default: softmaxCrossEntropy for classification, "
        + "meanSquaredError for regression.", setting: ["loss"]),
    Option(
      "class-weights", .settingList("balanced|W,…", orWord: "balanced"),
      "How much each class counts in the loss; balanced: in inverse proportion to its share.",
      setting: ["classWeights"]),
    Option(
      "optimizer", .settingName("NAME"),
      "\(names(Optimizer.Name.self)). Default: adam.", setting: ["optimizer"]),
    Option(
      "learning-rate", .setting("X"), "Default: 0.001.", setting: ["learningRate"]),
    Option(
      "schedule", .settingName("NAME"),
      "How the learning rate goes on: \(names(Schedule.Name.self)). Default: constant.",
      setting: ["schedule"]),
    Option(
      "weight-decay", .setting("X"),
      "The pull of weights (not biases) towards zero, as PyTorch's optimizers have it. Default: 0; "
        + "0.01 for adamW.", setting: ["weightDecay"]),
    Option(
      "clip-norm", .setting("X"), "Scale a longer gradient down to this norm.",
      setting: ["clipNorm"]),
    Option(
      "epochs", .setting("N"),
      "Passes over the training rows; 0 writes the initial checkpoint and stops. Default: 10.",
      setting: ["epochs"]),
    Option(
      "seed", .setting("N"),
      "Decides the initial parameters, the shuffle and dropout. Default: 0.", setting: ["seed"]),
  ]

  private static let batches = [
    Option(
      "batch-size", .setting("N"),
      "Samples of a mini-batch. Default: 128, or a tenth of the rows if those are fewer.",
      setting: ["batchSize"]),
    Option(
      "accumulate", .setting("N"), "Mini-batches whose gradients make one step. Default: 1.",
      setting: ["accumulate"]),
    Option(
      "shards", .setting("N"),
      "Pieces that each batch is cut into, to be worked on side by side. The result depends on it "
        + "(and not on --workers). Default: the number of cores.", setting: ["shards"]),
    Option(
      "shuffle", .settingName("NAME"),
      "\(names(ShuffleGeometry.Mode.self)). Default: full; for more than 1 GiB of features, window.",
      setting: ["shuffle", "mode"]),
    Option(
      "block-rows", .setting("N"), "Rows that enter the window of a window shuffle together.",
      setting: ["shuffle", "blockRows"]),
    Option(
      "window-blocks", .setting("N"), "Blocks that the window holds.",
      setting: ["shuffle", "windowBlocks"]),
  ]

  private static let judging = [
    Option(
      "early-stopping", .setting("N"),
      "Stop when validation has not become better for N epochs.", setting: ["earlyStopping"]),
    Option(
      "plateau", .setting("N"),
      "Divide the learning rate by ten when validation has not become better for more than N "
        + "epochs (plateau in a run file has the rest).", setting: ["plateau", "patience"]),
    Option(
      "best", .settingName("METRIC"),
      "What is better: \(names(BestMetric.self)) of the validation split. Default: loss.",
      setting: ["best"]),
    Option(
      "best-weights", .flag,
      "In the end the run stands for its best epoch's weights, not the last's.",
      setting: ["bestWeights"]),
    Option(
      "ema", .setting("DECAY"),
      "Keep an exponential moving average of the weights (0.999, say), and evaluate that.",
      setting: ["ema"]),
  ]

  private static let start = [
    Option(
      "init-from", .path("CHECKPOINT"),
      "Start from the weights of a checkpoint or a run; every tensor must fit by name and shape.",
      setting: ["initFrom", "path"]),
    Option(
      "partial", .flag, "Start from the tensors that fit, and name those that are left out.",
      setting: ["initFrom", "partial"]),
  ]

  private static let checkpoints = [
    Option(
      "checkpoint-every", .setting("N"), "Write a checkpoint every N steps too.",
      setting: ["checkpoints", "every"]),
    Option(
      "checkpoint-minutes", .setting("T"), "Write a checkpoint every T minutes too.",
      setting: ["checkpoints", "minutes"]),
    Option(
      "checkpoint-share", .setting("F"),
      "Without these two: the share of the time that checkpoints within epochs may cost. "
        + "Default: 0.02; 0 writes none.", setting: ["checkpoints", "share"]),
    Option(
      "keep", .setting("K"), "Keep the newest K checkpoints, and the best one. Default: 3.",
      setting: ["checkpoints", "keep"]),
    Option(
      "keep-every", .setting("M"), "Keep the checkpoint after every Mth epoch too.",
      setting: ["checkpoints", "keepEvery"]),
  ]

  private static func names<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type
  ) -> String {
    type.allCases.map(\.rawValue).joined(separator: ", ")
  }
}
