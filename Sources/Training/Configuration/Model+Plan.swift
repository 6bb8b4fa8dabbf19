import Datasets
import Networks

extension Model {
  /// Builds what `configuration` says for the data of `dataset`, and writes what it left open into
  /// the configuration.
  init(completing configuration: inout RunConfiguration, for dataset: Dataset) throws {
    let goal = try Goal(configuration, dataset: dataset)
    let activation = try goal.outputActivation(configuration.outputActivation)
    let description =
      configuration.network
      ?? Network.dense(
        hidden: configuration.hidden, activation: configuration.activation,
        outputs: goal.outputs, outputActivation: activation, dropout: configuration.dropout)
    let network = try Network(description, inputShape: dataset.featureShape)
    try network.checkTrainable()
    let weights = try goal.classWeights(configuration.classWeights)
    try goal.loss.check(
      outputs: network.outputs, targets: dataset.targets.kind, classWeights: weights?.count)
    try goal.check(network.outputActivation)
    self.init(
      network: network, task: goal.task, loss: goal.loss, classWeights: weights,
      normalization: dataset.normalization, targets: dataset.targets,
      classNames: goal.task == .classification ? dataset.classNames : nil,
      preprocessing: dataset.information.preprocessing)
    configuration.task = goal.task
    configuration.loss = goal.loss
    configuration.classWeights = weights.map { .given($0.map(Double.init)) }
    configuration.describe(network)
  }
}

extension RunConfiguration {
  /// Replaces what makes a network by the layers of `network`, every default written out.
  fileprivate mutating func describe(_ network: Network) {
    let defaults = RunConfiguration()
    hidden = defaults.hidden
    activation = defaults.activation
    dropout = defaults.dropout
    outputActivation = defaults.outputActivation
    self.network = network.description
  }
}

extension TargetSchema {
  /// This, as losses have it.
  var kind: TargetKind {
    switch self {
    case .classes(let count): .classes(count)
    case .values(let count): .values(count)
    }
  }
}
