import Datasets
import Networks
import Settings

/// A network and what it needs around it to be trained, judged and used: what a checkpoint says
/// about its parameters.
public struct Model: Sendable {
  public let network: Network
  public let task: Task
  public let loss: Loss
  /// The weight of each class in the loss; nil is 1 for all.
  public let classWeights: [Float]?
  /// How stored features become the network's input.
  public let normalization: Normalization
  /// What the data's targets are.
  public let targets: TargetSchema
  /// Of a classifier, what its classes are called.
  public let classNames: [String]?
  /// Of data that came from a table, how: what has to be done to new data.
  public let preprocessing: SettingValue?

  /// Of a classifier, the number of classes; 0 for regression. A single target value a row says
  /// which of two.
  public var classes: Int {
    switch (task, targets) {
    case (.regression, _): 0
    case (.classification, .classes(let count)): count
    case (.classification, .values(let count)): max(2, count)
    }
  }

  /// The number of values that the network puts out for a sample.
  public var outputs: Int { network.outputs }
}
