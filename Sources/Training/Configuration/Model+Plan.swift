import Datasets
import Networks

extension Model {
  /// Builds what `configuration` says for the data of `dataset`, and writes what it left open into
  /// the configuration.
  init(
    completing configuration: inout RunConfiguration, for dataset: Dataset, training: ResidentSplit
  ) throws {
    let goal = try Goal(configuration, dataset: dataset)
    let activation = try goal.outputActivation(configuration.outputActivation)
    let description =
      configuration.network
      ?? Network.dense(
        hidden: configuration.hidden, activation: configuration.activation,
        outputs: goal.outputs[0], outputActivation: activation, dropout: configuration.dropout)
    let network = try Network(description, inputShape: dataset.featureShape)
    let outputs = network.outputs
    guard goal.outputs.contains(outputs) else {
      throw TrainingError.unfit(
        setting: "network",
        problem: "puts out \(outputs) values for a sample; \(dataset.path) has \(goal.targets), "
          + "which needs \(goal.outputs[0])")
    }
    try network.checkTrainable()
    let weights = try goal.classWeights(configuration.classWeights, training: training)
    self.init(
      network: network, task: goal.task, loss: goal.loss, classWeights: weights,
      normalization: dataset.normalization, targets: dataset.targets,
      classNames: goal.task == .classification ? dataset.classNames : nil)
    configuration.task = goal.task
    configuration.loss = goal.loss
    configuration.network = description
    // The description says all that these did.
    let defaults = RunConfiguration()
    configuration.hidden = defaults.hidden
    configuration.activation = defaults.activation
    configuration.dropout = defaults.dropout
    configuration.outputActivation = defaults.outputActivation
    configuration.classWeights = weights.map { .given($0.map(Double.init)) }
  }
}

/// What the targets and the loss ask of a network.
private struct Goal {
  let dataset: Dataset
  let task: Task
  let loss: Loss
  /// The numbers of outputs that will do, the default first.
  let outputs: [Int]
  /// The targets in words.
  let targets: String

  init(_ configuration: RunConfiguration, dataset: Dataset) throws {
    self.dataset = dataset
    let isClasses: Bool
    switch dataset.targets {
    case .classes(let count):
      isClasses = true
      targets = "\(count) classes"
    case .values(let count):
      isClasses = false
      targets = count == 1 ? "one target value a row" : "\(count) target values a row"
    }
    task = configuration.task ?? (isClasses ? .classification : .regression)
    if isClasses, task == .regression {
      throw TrainingError.unfit(
        setting: "task",
        problem: "is regression, but \(dataset.path) was opened for classification; open it with "
          + "this task, so that its targets are read as values")
    }
    loss =
      configuration.loss
      ?? (task == .classification ? .softmaxCrossEntropy() : .meanSquaredError)
    switch dataset.targets {
    case .classes(let count):
      outputs =
        switch loss {
        case .softmaxCrossEntropy: [count]
        case .binaryCrossEntropy where count == 2: [1, 2]
        default: count == 2 ? [2, 1] : [count]
        }
    case .values(let count):
      outputs = [count]
    }
    guard loss.name == .softmaxCrossEntropy else { return }
    guard task == .classification else {
      throw TrainingError.unfit(
        setting: "loss",
        problem: "is softmaxCrossEntropy, which is for classification; "
          + "this run's task is regression")
    }
    guard dataset.targets != .values(1) else {
      throw TrainingError.unfit(
        setting: "loss",
        problem: "is softmaxCrossEntropy, but \(dataset.path) has one float target a row; "
          + "it takes class indices stored as integers, or a distribution over the classes")
    }
  }

  /// The activation of the output layer where the run lists no layers.
  ///
  /// The cross-entropies take logits and include their activation; the other losses judge what the
  /// output layer puts out, which for a classifier is to be probabilities.
  func outputActivation(_ asked: OutputActivation?) throws -> Activation {
    let included: OutputActivation? =
      switch loss {
      case .softmaxCrossEntropy: .softmax
      case .binaryCrossEntropy: .sigmoid
      default: nil
      }
    if let included {
      guard asked == nil || asked == .identity || asked == included else {
        throw TrainingError.unfit(
          setting: "outputActivation",
          problem: "is \(asked!.rawValue), but the loss includes \(included.rawValue); "
            + "leave it out, or choose another loss")
      }
      return .identity
    }
    let fallback: OutputActivation =
      task == .regression ? .identity : outputs[0] == 1 ? .sigmoid : .softmax
    switch asked ?? fallback {
    case .softmax: return .softmax
    case .sigmoid: return .sigmoid
    case .identity: return .identity
    }
  }

  func classWeights(_ asked: ClassWeights?, training: ResidentSplit) throws -> [Float]? {
    guard let asked else { return nil }
    guard task == .classification, case .classes(let count) = dataset.targets else {
      throw TrainingError.unfit(
        setting: "classWeights",
        problem: "needs targets that are class indices; this run has \(targets) "
          + "and the task \(task.rawValue)")
    }
    switch asked {
    case .given(let weights):
      guard weights.count == count else {
        throw TrainingError.unfit(
          setting: "classWeights",
          problem: "has \(weights.count) weights; \(dataset.path) has \(count) classes")
      }
      guard weights.contains(where: { $0 > 0 }) else {
        throw TrainingError.unfit(
          setting: "classWeights", problem: "are all 0: nothing would be learned")
      }
      return weights.map { Float($0) }
    case .balanced:
      let counts = training.classCounts
      let rows = counts.reduce(0, +)
      return counts.map { $0 > 0 ? Float(Double(rows) / Double(count * $0)) : 0 }
    }
  }
}
