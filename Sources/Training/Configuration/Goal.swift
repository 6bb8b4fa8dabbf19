import Datasets
import Networks

/// What a run is to learn: how the targets are taken, and what that asks of a network.
struct Goal {
  let dataset: Dataset
  let task: Task
  let loss: Loss

  init(_ configuration: RunConfiguration, dataset: Dataset) throws {
    self.dataset = dataset
    let isClasses = if case .classes = dataset.targets { true } else { false }
    task = configuration.task ?? (isClasses ? .classification : .regression)
    if isClasses, task == .regression {
      throw TrainingError.unfit(
        setting: "task",
        problem: "is regression, but \(dataset.path) was opened for classification; open it with "
          + "this task, so that its targets are read as values")
    }
    if task == .classification, let names = dataset.classNames,
      case .values(let classes) = dataset.targets, names.count != classes
    {
      throw TrainingError.unfit(
        setting: "task",
        problem: "is classification, but \(dataset.path) has \(names.count) names in "
          + "/@class_names for \(dataset.targets.words); expected a name for each class: correct "
          + "the attribute, or remove it")
    }
    loss =
      configuration.loss
      ?? (task == .classification ? .softmaxCrossEntropy() : .meanSquaredError)
    if task == .regression, loss.name == .softmaxCrossEntropy {
      throw TrainingError.unfit(
        setting: "loss",
        problem: "is softmaxCrossEntropy, but the task is regression: \(dataset.path) has "
          + "\(dataset.targets.words); with class indices or distributions as targets, give "
          + "the task classification")
    }
  }

  /// The outputs of a network where the run lists no layers: one per target value or class; one
  /// logit decides between two classes.
  var outputs: Int {
    switch (dataset.targets, loss.name) {
    case (.classes(2), .binaryCrossEntropy): 1
    case (let targets, _): targets.outputs
    }
  }

  /// The activation of the output layer where the run lists no layers.
  ///
  /// The cross-entropies take logits and include their activation; the other losses judge what the
  /// output layer puts out, which for a classifier is to be probabilities.
  func outputActivation(_ asked: OutputActivation?) throws -> Activation {
    if let included {
      guard let asked, asked != .identity, asked != included else { return .identity }
      throw TrainingError.unfit(
        setting: "outputActivation",
        problem: "is \(asked.rawValue), but the loss \(loss.name.rawValue) includes "
          + "\(included.rawValue); leave it out, or choose another loss")
    }
    let fallback: OutputActivation =
      task == .regression ? .identity : outputs == 1 ? .sigmoid : .softmax
    switch asked ?? fallback {
    case .softmax: return .softmax
    case .sigmoid: return .sigmoid
    case .identity: return .identity
    }
  }

  /// - Throws: where the output layer applies what the loss applies again.
  func check(_ activation: Activation) throws {
    guard let included, activation.name.rawValue == included.rawValue else { return }
    throw TrainingError.unfit(
      setting: "network",
      problem: "ends in \(included.rawValue), which the loss \(loss.name.rawValue) applies itself; "
        + "leave it out of the last layer")
  }

  /// The activation that is part of the loss.
  private var included: OutputActivation? {
    switch loss.name {
    case .softmaxCrossEntropy: .softmax
    case .binaryCrossEntropy: .sigmoid
    default: nil
    }
  }

  func classWeights(_ asked: ClassWeights?) throws -> [Float]? {
    guard let asked else { return nil }
    guard case .classes(let classes) = dataset.targets else {
      throw TrainingError.unfit(
        setting: "classWeights",
        problem: "need targets that are class indices; \(dataset.path) has \(dataset.targets.words)"
      )
    }
    switch asked {
    case .given(let weights):
      guard weights.contains(where: { $0 > 0 }) else {
        throw TrainingError.unfit(
          setting: "classWeights", problem: "are all 0: nothing would be learned")
      }
      return weights.map { Float($0) }
    case .balanced:
      let counts = try dataset.classCounts(.train)
      let rows = counts.reduce(0, +)
      return counts.map { $0 > 0 ? Float(Double(rows) / Double(classes * $0)) : 0 }
    }
  }
}
