import Datasets
import Kernels
import Networks

/// Trains a network by synchronous data parallelism: each mini-batch is cut into shards, replicas
/// compute the shards' gradients in parallel, the gradients are added over a fixed tree, and one
/// optimizer step follows.
///
/// Read `train`, `trainEpoch` and `step` to see the whole; the threading rules are in `README.md`
/// beside this file. The result depends on the plan and the data, never on the workers.
public final class Trainer {
  public let plan: Plan
  public let workers: Int
  public private(set) var progress = Progress()

  /// How the training split passes through memory.
  public var dataPlan: StreamPlan { training.plan }

  private let splits: Splits
  let training: RowStream
  let engine: Engine
  let updater: Updater
  private var clock = StepClock()
  private var epochs: [EpochReport] = []

  /// Plans a run and makes it ready: opens the splits, checks the arithmetic libraries, allocates
  /// all memory and sets the initial parameters.
  ///
  /// - Parameters:
  ///   - workers: threads to use; nil is the number of cores. More than there are shards are not
  ///     used.
  ///   - memoryBudget: bytes that the splits may take; nil is four fifths of what is free.
  /// - Throws: `TrainingError`, `SettingsError`, `NetworkError` or `DatasetError` where the
  ///   configuration, the data and the machine do not fit; `NumericsError` where the machine's
  ///   libraries compute wrongly.
  public init(
    _ configuration: RunConfiguration, data: Dataset, workers: Int? = nil,
    memoryBudget: Int? = nil
  ) throws {
    try SelfTest.run()
    let cores = availableCores()
    plan = try Plan(configuration, for: data, cores: cores)
    try plan.model.checkTargets(of: .train, in: data)
    splits = Splits(
      data, batch: plan.batchSize, decoders: cores, memoryBudget: memoryBudget)
    training = try splits.stream(.train, geometry: plan.geometry)
    try plan.checkMemory(available: availableMemory())
    self.workers = min(workers ?? cores, plan.shards)
    engine = try Engine(
      model: plan.model, batchSize: plan.batchSize, shards: plan.shards,
      seed: plan.configuration.seed, topK: plan.configuration.topK, workers: self.workers,
      trains: true)
    plan.model.network.initialize(engine.parameters.view, seed: plan.configuration.seed)
    updater = Updater(plan: plan, parameters: engine.parameters.view, replicas: engine.replicas)
  }

  /// Runs all epochs.
  ///
  /// - Parameters:
  ///   - directory: where checkpoints and the history are written; nil writes nothing.
  ///   - report: called on this thread as the run goes on; it should return soon.
  /// - Throws: `TrainingError.lossNotFinite` and `gradientNotFinite`, and whatever writing throws.
  public func train(
    into directory: RunDirectory? = nil, report: (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingResult {
    let validation = try splits.inOrderIfPresent(.validation)
    try directory?.writeConfiguration(plan.configuration)
    report(.started)
    try saveCheckpoint(in: directory, report)
    while progress.epoch < plan.configuration.epochs {
      try trainEpoch(report)
      let metrics = try validation.map { try engine.evaluate($0) }
      finishEpoch(metrics, report)
      try saveCheckpoint(in: directory, report)
      try directory?.writeHistory(epochs)
      if let patience = plan.configuration.earlyStopping, progress.epochsSinceBest >= patience {
        report(.stoppedEarly(epochsSinceBest: progress.epochsSinceBest))
        break
      }
    }
    return TrainingResult(
      progress: progress, epochs: epochs, samplesPerSecond: clock.total.samplesPerSecond,
      checkpoint: directory?.newestCheckpoint, parametersSHA256: parametersSHA256)
  }

  /// The metrics of a split under the present parameters.
  /// - Throws: `DatasetError` where the data has no such split.
  public func evaluate(_ split: SplitName) throws -> Metrics {
    try engine.evaluate(splits.inOrder(split))
  }

  // MARK: - The stages of an epoch

  private func trainEpoch(_ report: (TrainingEvent) -> Void) throws {
    let pass = training.pass(seed: plan.configuration.seed, epoch: progress.epoch)
    defer {
      clock.addWaiting(pass.waited)
      pass.end()
    }
    clock.startEpoch()
    try engine.pool.withHelpers {
      while try step(pass) {
        if clock.isReportDue() { report(.advanced(stepReport)) }
      }
    }
  }

  /// One optimizer step; false when the epoch has no rows left.
  func step(_ pass: RowPass) throws -> Bool {
    var sum = ShardResult()
    var batches = 0
    while batches < plan.configuration.accumulate,
      try engine.batch.fill(from: pass, step: progress.step, firstSample: sum.rows)
    {
      sum += engine.computeGradients(on: training, accumulates: batches > 0)
      batches += 1
    }
    guard batches > 0 else { return false }
    guard sum.loss.isFinite else {
      throw TrainingError.lossNotFinite(step: progress.step + 1, epoch: progress.epoch + 1)
    }
    if sum.weight > 0 {
      try updater.apply(
        weight: sum.weight, learningRate: plan.learningRate(step: progress.step),
        step: progress.step + 1, pool: engine.pool)
      progress.step += 1
    }
    progress.batch += batches
    progress.sums += sum
    clock.add(rows: sum.rows)
    return true
  }

  private func finishEpoch(_ validation: Metrics?, _ report: (TrainingEvent) -> Void) {
    let sums = progress.sums
    progress.finishEpoch(validationLoss: validation?.loss)
    let epoch = EpochReport(
      epoch: progress.epoch, step: progress.step,
      learningRate: plan.learningRate(step: max(0, progress.step - 1)),
      trainLoss: sums.meanLoss, trainAccuracy: plan.model.classes > 0 ? sums.accuracy : nil,
      validation: validation, seconds: clock.epoch.seconds,
      secondsWaiting: clock.epoch.secondsWaiting,
      samplesPerSecond: clock.epoch.samplesPerSecond)
    epochs.append(epoch)
    report(.finishedEpoch(epoch))
  }

  // MARK: - State

  private func saveCheckpoint(
    in directory: RunDirectory?, _ report: (TrainingEvent) -> Void
  ) throws {
    guard let directory else { return }
    report(.wroteCheckpoint(try directory.save(checkpoint)))
  }

  /// The run's state as it is now. Its buffers are the trainer's own: save it before the next step.
  var checkpoint: Checkpoint {
    Checkpoint(
      configuration: plan.configuration, model: plan.model, progress: progress,
      data: DataReference(path: splits.dataset.path, fingerprint: splits.dataset.fingerprint),
      numericsIdentity: NumericsIdentity.current, parameters: engine.parameters.view,
      states: Array(zip(plan.configuration.optimizer.stateNames, updater.states.map(\.view))),
      memory: [])
  }

  private var parametersSHA256: String {
    plan.model.network.layout.sha256(of: engine.parameters.view)
  }

  private var stepReport: StepReport {
    StepReport(
      epoch: progress.epoch + 1, batch: progress.batch, loss: progress.sums.meanLoss,
      samplesPerSecond: clock.total.samplesPerSecond)
  }
}
