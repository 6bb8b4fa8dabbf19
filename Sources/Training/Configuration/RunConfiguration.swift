import Datasets
import Networks

/// Everything that the result of a run depends on, besides the data: what a run file says.
///
/// What is nil is decided by the data (or the machine, for `shards`) when the run is planned, and
/// stored with every checkpoint.
public struct RunConfiguration: Sendable, Equatable {
  /// The layers; nil builds a dense network from `hidden`, `activation`, `dropout`.
  public var network: NetworkDescription?
  /// The widths of the hidden layers of a dense network.
  public var hidden = [128]
  /// The hidden layers' activation.
  public var activation = Activation.relu
  /// The share of each hidden layer's outputs that is dropped in training.
  public var dropout = 0.0
  /// The activation of the output layer; nil lets the loss decide.
  public var outputActivation: OutputActivation?

  /// What the targets mean; nil: integers are classes, floats are values.
  public var task: Task?
  /// Nil: softmax cross-entropy for classification, mean squared error for regression.
  public var loss: Loss?
  public var optimizer = Optimizer.adam()
  public var learningRate = 1e-3
  public var schedule = Schedule(.constant)
  /// What pulls weights towards zero; nil is the optimizer's default, as in PyTorch: a weight decay
  /// of 0.01 for adamW, otherwise none.
  public var regularization: Regularization?
  /// The largest norm of the mean gradient; a longer one is scaled down to it.
  public var clipNorm: Double?

  /// Samples per mini-batch; nil is 128, or a tenth of the rows if those are fewer.
  public var batchSize: Int?
  /// Mini-batches whose gradients make one step.
  public var accumulate = 1
  public var epochs = 10
  public var seed: UInt64 = 0
  /// The number of pieces each batch is cut into; nil is the number of cores.
  public var shards: Int?
  public var classWeights: ClassWeights?
  public var shuffle = ShuffleChoice()
  /// Stop when the validation split's `best` metric has not improved for this many epochs.
  public var earlyStopping: Int?
  /// What of the validation split says which epoch is the best.
  public var best = BestMetric.loss
  /// Whether the run stands for its best epoch's parameters in the end, rather than the last's.
  public var bestWeights = false
  /// Lower the learning rate when the `best` metric stops getting better.
  public var plateau: Plateau?
  /// The decay of an exponential moving average of the parameters, which evaluation uses:
  /// average ← ema · average + (1 − ema) · parameters after each step.
  public var ema: Double?
  /// The epochs that the schedule spans; nil is `epochs`. Longer runs go on at its final value.
  public var scheduleEpochs: Int?
  /// Where the weights start, instead of at random.
  public var initFrom: InitialWeights?
  public var checkpoints = CheckpointPolicy()
  /// Report the share of samples whose class is among the k highest scores, for each k.
  public var topK: [Int] = []

  public init() {}
}

/// What the output layer applies to its sums.
public enum OutputActivation: String, Sendable, CaseIterable {
  case softmax, sigmoid, identity
}

/// How much each class counts in the loss.
public enum ClassWeights: Sendable, Equatable {
  /// In inverse proportion to the class's share of the training rows: rows / (classes · count).
  case balanced
  case given([Double])
}

/// What a run says about its shuffle; what is nil follows from the data's shape.
public struct ShuffleChoice: Sendable, Equatable {
  public var mode: ShuffleGeometry.Mode?
  public var blockRows: Int?
  public var windowBlocks: Int?

  public init() {}
}
