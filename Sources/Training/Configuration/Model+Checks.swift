import Datasets
import Kernels

extension Model {
  /// - Throws: `TrainingError.unfit` where rows of `dataset` are not what the network takes, or its
  ///   targets, if they are needed, not what it was trained to put out.
  func checkFits(_ dataset: Dataset, needsTargets: Bool) throws {
    guard dataset.featureShape == network.inputShape else {
      throw TrainingError.unfit(
        setting: "data",
        problem: "\(dataset.path) has features of shape \(dataset.featureShape) a row; "
          + "the network takes \(network.inputShape)")
    }
    guard needsTargets else { return }
    switch (dataset.targets, targets) {
    case (.classes(let found), .classes(let known)) where found <= known: return
    case (.values(let found), .values(let known)) where found == known: return
    default:
      throw TrainingError.unfit(
        setting: "data",
        problem: "\(dataset.path) has \(dataset.targets.words); the network was trained for "
          + targets.words)
    }
  }

  /// - Throws: `TrainingError.unfit` where the rows of a split cannot be judged: their weights are
  ///   all 0, or a target value is none that the loss has a meaning for.
  func check(_ split: SplitName, of dataset: Dataset) throws {
    guard try dataset.hasWeight(split) else {
      throw TrainingError.unfit(
        setting: "data",
        problem: "\(dataset.path) has sample weights that are all 0 in \(split.rawValue): nothing "
          + "there would count")
    }
    try checkTargets(of: split, in: dataset)
  }

  /// Target values must lie in 0 … 1 for binaryCrossEntropy, and be a distribution for
  /// softmaxCrossEntropy.
  private func checkTargets(of split: SplitName, in dataset: Dataset) throws {
    guard case .values = dataset.targets else { return }
    let isDistribution: Bool
    switch loss {
    case .binaryCrossEntropy: isDistribution = false
    case .softmaxCrossEntropy: isDistribution = true
    default: return
    }
    try dataset.forEachTarget(of: split) { row, values in
      let isInRange = values.allSatisfy { (0...1).contains($0) }
      let sum = values.reduce(0, +)
      guard isInRange, !isDistribution || abs(sum - 1) < 1e-3 else {
        throw TrainingError.unfit(
          setting: "loss",
          problem: "is \(loss.name.rawValue), which takes target values from 0 to 1"
            + (isDistribution ? " that add up to 1" : "")
            + "; row \(row) of \(dataset.path) has \(Array(values))")
      }
    }
  }
}

extension TargetSchema {
  /// What the targets are, for messages.
  var words: String {
    switch self {
    case .classes(let count): "\(count) classes"
    case .values(0): "no targets"
    case .values(1): "one target value a row"
    case .values(let count): "\(count) target values a row"
    }
  }
}
