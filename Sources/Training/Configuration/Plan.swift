import Datasets
import Kernels
import Networks

/// A run with every question answered: the configuration completed for a dataset.
///
/// Made once, when a run is created, and stored with its checkpoints; from then on nothing about
/// the machine or the data enters the numbers.
public struct Plan: Sendable {
  /// The configuration, with nothing left open.
  public let configuration: RunConfiguration
  public let model: Model
  public let regularization: Regularization
  public let geometry: ShuffleGeometry
  public let batchSize: Int
  public let shards: Int
  /// Rows of the training split.
  public let rows: Int

  /// Mini-batches of an epoch; the last may be smaller.
  public var batchesPerEpoch: Int { (rows + batchSize - 1) / batchSize }
  /// Optimizer steps of an epoch; the last may be made of fewer mini-batches.
  public var stepsPerEpoch: Int {
    (batchesPerEpoch + configuration.accumulate - 1) / configuration.accumulate
  }
  /// Optimizer steps of the whole run.
  public var totalSteps: Int { stepsPerEpoch * configuration.epochs }
  /// Optimizer steps that the schedule spans.
  private var scheduleSteps: Int {
    stepsPerEpoch * (configuration.scheduleEpochs ?? configuration.epochs)
  }

  /// Completes `configuration` for the training split of `dataset`.
  ///
  /// - Parameter cores: what `shards` defaults to.
  /// - Throws: `TrainingError.unfit`, `SettingsError` or `NetworkError` where the configuration
  ///   and the data do not fit each other, naming the setting.
  public init(
    _ configuration: RunConfiguration, for dataset: Dataset, cores: Int
  ) throws {
    var configuration = configuration
    rows = try dataset.rows(of: .train)
    batchSize = try Self.batchSize(configuration, rows: rows)
    configuration.batchSize = batchSize
    shards = configuration.shards ?? min(cores, batchSize)
    guard shards <= batchSize else {
      throw TrainingError.unfit(
        setting: "shards",
        problem: "is \(shards), more than the \(batchSize) samples of a batch; "
          + "give at most \(batchSize) shards")
    }
    configuration.shards = shards
    geometry = try Self.geometry(configuration.shuffle, of: dataset, batch: batchSize)
    configuration.shuffle = ShuffleChoice(geometry)
    model = try Model(completing: &configuration, for: dataset)
    regularization =
      configuration.regularization
      ?? Regularization(weightDecay: configuration.optimizer.defaultWeightDecay)
    configuration.regularization = regularization
    try configuration.checkCourse(model: model, dataset: dataset)
    self.configuration = configuration
    try checkWarmup()
  }

  /// A warm-up that the schedule never leaves trains at a fraction of the learning rate.
  private func checkWarmup() throws {
    let warmup = configuration.schedule.warmupSteps
    guard scheduleSteps > 0, warmup > scheduleSteps else { return }
    throw TrainingError.unfit(
      setting: "schedule.warmupSteps",
      problem: "is \(warmup), more than the \(scheduleSteps) steps of the run "
        + "(\(scheduleSteps / stepsPerEpoch) epochs of \(stepsPerEpoch)); give fewer, "
        + "or more epochs")
  }

  /// The plan that a checkpoint was written under, on the same data.
  ///
  /// - Parameters:
  ///   - configuration: complete.
  ///   - rows: of the training split.
  init(resuming configuration: RunConfiguration, model: Model, rows: Int) throws {
    guard let batchSize = configuration.batchSize, let shards = configuration.shards,
      let geometry = configuration.shuffle.geometry,
      let regularization = configuration.regularization
    else {
      throw TrainingError.unfit(
        setting: "configuration", problem: "is not complete; expected that of a run")
    }
    self.configuration = configuration
    self.model = model
    self.regularization = regularization
    self.geometry = geometry
    self.batchSize = batchSize
    self.shards = shards
    self.rows = rows
  }

  /// The learning rate of a step, counted from 0, with the reductions on plateaus so far.
  func learningRate(step: Int, _ progress: Progress) -> Double {
    let rate = configuration.schedule.learningRate(
      step: step, totalSteps: scheduleSteps, base: configuration.learningRate)
    return configuration.plateau?.learningRate(rate, progress.plateau) ?? rate
  }

  private static func batchSize(_ configuration: RunConfiguration, rows: Int) throws -> Int {
    let size = configuration.batchSize ?? min(128, max(1, rows / 10))
    guard size <= rows else {
      throw TrainingError.unfit(
        setting: "batchSize",
        problem: "is \(size), more than the \(rows) rows of the training split; "
          + "give at most \(rows)")
    }
    return size
  }

  private static func geometry(
    _ choice: ShuffleChoice, of dataset: Dataset, batch: Int
  ) throws -> ShuffleGeometry {
    let defaults = dataset.defaultGeometry(batch: batch)
    let mode = choice.mode ?? (choice.isWindow ? .window : defaults.mode)
    guard mode == .window else {
      guard !choice.isWindow else {
        throw TrainingError.unfit(
          setting: "shuffle",
          problem: "gives blockRows or windowBlocks with mode \(mode.rawValue); "
            + "they belong to mode window")
      }
      return mode == .full ? .full : .none
    }
    let window = dataset.defaultWindow(batch: batch)
    return .window(
      blockRows: choice.blockRows ?? window.blockRows,
      windowBlocks: choice.windowBlocks ?? window.windowBlocks)
  }
}

extension ShuffleChoice {
  fileprivate var isWindow: Bool { blockRows != nil || windowBlocks != nil }

  /// The geometry that this is, where nothing is left open.
  fileprivate var geometry: ShuffleGeometry? {
    switch mode {
    case .full?: return .full
    case ShuffleGeometry.Mode.none?: return ShuffleGeometry.none
    case .window?:
      guard let blockRows, let windowBlocks else { return nil }
      return .window(blockRows: blockRows, windowBlocks: windowBlocks)
    case nil: return nil
    }
  }

  fileprivate init(_ geometry: ShuffleGeometry) {
    mode = geometry.mode
    guard geometry.mode == .window else { return }
    blockRows = geometry.blockRows
    windowBlocks = geometry.windowBlocks
  }
}
