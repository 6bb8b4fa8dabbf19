import Datasets
import Kernels
import Networks

/// Trains a network by synchronous data parallelism: each mini-batch is cut into shards, replicas
/// compute the shards' gradients in parallel, the gradients are added over a fixed tree, and one
/// optimizer step follows.
///
/// Read `train`, `trainEpoch` and `step` to see the whole; the threading rules are in `README.md`
/// beside this file. The result depends on the plan and the data, never on the workers, nor on where
/// the run was interrupted and resumed.
public final class Trainer {
  public let plan: Plan
  public let workers: Int
  public private(set) var progress = Progress()
  /// The tensors that a partial start from other weights left out, in words.
  public private(set) var leftOut: [String] = []
  /// Asked between steps, often: once it says yes, `train` saves the state and ends, to be resumed.
  public var isStopped: () -> Bool = { false }

  /// How the training split passes through memory.
  public var dataPlan: StreamPlan { training.plan }

  let splits: Splits
  let training: RowStream
  let engine: Engine
  let updater: Updater
  private let data: DataReference
  private var numerics: [NumericsPeriod] = []
  /// The pass of the epoch to come, which reads its first rows while the last one ends.
  private var following: RowPass?
  private var clock = StepClock()
  private var profiler: Profiler?
  private var history = History()
  /// What the checkpoint holds that the run goes on from, and the good ones that the run has.
  private var resumed: (progress: Progress, entries: [CheckpointEntry])?
  /// The parameters that were the best so far, where no directory keeps them.
  private var bestParameters: AlignedBuffer<Float>?

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
  public convenience init(
    _ configuration: RunConfiguration, data: Dataset, workers: Int? = nil,
    memoryBudget: Int? = nil
  ) throws {
    try SelfTest.checkLibraries()
    var configuration = configuration
    let weights = try configuration.initFrom.map { asked in
      var asked = asked
      let weights = try StartingWeights(&asked)
      configuration.initFrom = asked
      return weights
    }
    let plan = try Plan(configuration, for: data, cores: availableCores())
    try self.init(plan, data: data, workers: workers, memoryBudget: memoryBudget)
    let parameters = engine.parameters.view
    InitialParameters.draw(
      plan.model.network, seed: plan.configuration.seed, into: parameters, pool: engine.pool)
    if let weights {
      leftOut = try weights.copy(into: parameters, layout: plan.model.network.layout)
    }
    updater.average?.view.copy(from: parameters)
    numerics = [NumericsPeriod(step: 0, identity: NumericsIdentity.current)]
  }

  /// Makes a run ready that goes on from a checkpoint, exactly.
  ///
  /// - Throws: `TrainingError.unfit` where `data` is not what the run was trained on, and whatever
  ///   planning a run throws.
  public convenience init(
    resuming resumption: Resumption, data: Dataset, workers: Int? = nil, memoryBudget: Int? = nil
  ) throws {
    try resumption.check(data)
    guard let found = resumption.found else {
      try self.init(
        resumption.configuration, data: data, workers: workers, memoryBudget: memoryBudget)
      return
    }
    try SelfTest.checkLibraries()
    let checkpoint = found.checkpoint
    let plan = try Plan(
      resuming: resumption.configuration, model: checkpoint.model, rows: data.rows(of: .train))
    try resumption.configuration.checkCourse(model: checkpoint.model, dataset: data)
    try self.init(plan, data: data, workers: workers, memoryBudget: memoryBudget)
    checkpoint.copyTensors(to: state)
    progress = checkpoint.progress
    history = checkpoint.history
    numerics = checkpoint.numerics
    if let change = resumption.numericsChange {
      numerics.append(NumericsPeriod(step: progress.step, identity: change.to))
    }
    resumed = (
      progress, try CheckpointEntry.entries(of: found, in: resumption.directory.path)
    )
  }

  /// - Parameters:
  ///   - sharing: splits of another trainer, to take those that stay in memory from.
  ///   - trainsOnly: whether no other split than `train` is opened.
  init(
    _ plan: Plan, data: Dataset, workers: Int?, memoryBudget: Int?, sharing: Splits? = nil,
    trainsOnly: Bool = false
  ) throws {
    self.plan = plan
    self.data = DataReference(data)
    // All splits now: a fault in the last must not show only after hours of training.
    let others = trainsOnly ? [] : [SplitName.validation, .test]
    for split in [.train] + others where data.splits[split] != nil {
      try plan.model.check(split, of: data)
    }
    splits =
      sharing
      ?? Splits(
        data, batch: plan.batchSize, decoders: availableCores(), memoryBudget: memoryBudget)
    training = try splits.stream(.train, geometry: plan.geometry)
    for split in others { try splits.inOrderIfPresent(split)?.verify() }
    try plan.checkMemory(available: availableMemory())
    // Only now: where the test runs beside this thread, it had the time of the reading.
    try SelfTest.run()
    self.workers = min(workers ?? availableCores(), plan.shards)
    engine = try Engine(
      model: plan.model, batchSize: plan.batchSize, shards: plan.shards,
      seed: plan.configuration.seed, topK: plan.configuration.topK, workers: self.workers,
      trains: true)
    updater = Updater(plan: plan, parameters: engine.parameters.view, replicas: engine.replicas)
    engine.average = updater.average?.view
  }

  /// Runs all epochs that are left.
  ///
  /// - Parameters:
  ///   - directory: where checkpoints and the history are written; nil writes nothing.
  ///   - report: called on this thread as the run goes on; it should return soon.
  /// - Throws: `TrainingError.lossNotFinite` and `gradientNotFinite` (the trainer's parameters are
  ///   then void, those of its checkpoints are good), and whatever writing the first
  ///   checkpoint throws. Later checkpoints that cannot be written are reported, and training goes
  ///   on.
  public func train(
    into directory: RunDirectory? = nil, report: (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingResult {
    let validation = try splits.inOrderIfPresent(.validation)
    let saver = try directory.map(makeSaver)
    defer {
      saver?.close()
      following = nil
    }
    if !progress.isFinished(plan.configuration) { report(.started) }
    try save(saver, report)
    while !progress.isFinished(plan.configuration), !isStopped() {
      guard try trainEpoch(saver, report) else { break }
      finishEpoch(try validation.map { try engine.evaluate($0) }, report)
      try save(saver, report)
    }
    try saver?.finish(report)
    return try result(in: directory, saver, report)
  }

  /// The metrics of a split under the present parameters, or their moving average where the run
  /// keeps one.
  /// - Throws: `DatasetError` where the data has no such split.
  public func evaluate(_ split: SplitName) throws -> Metrics {
    try engine.evaluate(splits.inOrder(split))
  }

  /// Has the steps to come measured: `train` then tells where the time went after each epoch, and
  /// its result in all. It changes nothing else.
  ///
  /// - Parameter traceSpans: how many single spans to record for a trace, from the first step on.
  public func profile(traceSpans: Int = 0) {
    let profiler = Profiler(
      plan: plan, workers: workers, slices: updater.sliceCount, spans: traceSpans)
    for (index, replica) in engine.replicas.enumerated() {
      replica.timer = profiler.timer(ofReplica: index)
    }
    updater.timings = profiler.slices
    self.profiler = profiler
  }

  /// The single steps that `profile` has recorded.
  public var stepTrace: StepTrace? { profiler?.trace }

  // MARK: - The stages of an epoch

  /// Trains what is left of the present epoch; false when it was stopped within it, and saved.
  private func trainEpoch(
    _ saver: CheckpointSaver?, _ report: (TrainingEvent) -> Void
  ) throws -> Bool {
    clock.startEpoch()
    profiler?.startEpoch()
    let pass = startPass()
    defer {
      clock.addWaiting(pass.waited)
      profiler?.addWaiting(pass.waited)
      pass.end()
      following = pass.following
    }
    return try engine.pool.withHelpers {
      while try step(pass) {
        if clock.isReportDue() { report(.advanced(stepReport)) }
        if isStopped() {
          try save(saver, report)
          return false
        }
        // The end of the epoch is saved after its validation.
        if let saver, progress.batch < plan.batchesPerEpoch {
          if saver.saveIfDue(step: progress.step, { checkpoint }) {
            clock.skip()
            profiler?.end(.checkpoint)
          }
          try saver.tell(report)
        }
      }
      return true
    }
  }

  private func startPass() -> RowPass {
    let prepared = following
    following = nil
    if let prepared, prepared.epoch == progress.epoch, progress.batch == 0 { return prepared }
    prepared?.end()
    return training.pass(
      seed: plan.configuration.seed, epoch: progress.epoch,
      lastEpoch: plan.configuration.epochs - 1,
      skipping: min(progress.batch, plan.batchesPerEpoch) * plan.batchSize)
  }

  /// One optimizer step; false when the epoch has no rows left.
  func step(_ pass: RowPass) throws -> Bool {
    var sum = ShardResult()
    var batches = 0
    while batches < plan.configuration.accumulate,
      try engine.batch.fill(from: pass, step: progress.step, firstSample: sum.rows)
    {
      profiler?.end(.rows)
      sum += engine.computeGradients(on: training, accumulates: batches > 0)
      profiler?.end(.shards)
      batches += 1
    }
    guard batches > 0 else { return false }
    guard sum.loss.isFinite else {
      throw TrainingError.lossNotFinite(step: progress.step + 1, epoch: progress.epoch + 1)
    }
    if sum.weight > 0 {
      try updater.apply(
        weight: sum.weight, learningRate: plan.learningRate(step: progress.step, progress),
        step: progress.step + 1, pool: engine.pool)
      profiler?.end(.update)
      progress.step += 1
    }
    progress.batch += batches
    progress.sums += sum
    clock.add(rows: sum.rows)
    profiler?.countStep(samples: sum.rows)
    profiler?.end(.other)
    return true
  }

  private func finishEpoch(_ validation: Metrics?, _ report: (TrainingEvent) -> Void) {
    let sums = progress.sums
    let rate = plan.learningRate(step: max(0, progress.step - 1), progress)
    progress.finishEpoch(validation, plan.configuration)
    let epoch = EpochReport(
      epoch: progress.epoch, step: progress.step, learningRate: rate,
      trainLoss: sums.meanLoss, trainAccuracy: plan.model.classes > 0 ? sums.accuracy : nil,
      validation: validation, seconds: clock.epoch.seconds,
      secondsWaiting: clock.epoch.secondsWaiting,
      samplesPerSecond: clock.epoch.samplesPerSecond)
    history.append(epoch)
    report(.finishedEpoch(epoch))
    if let profiler { report(.measuredEpoch(profiler.epoch)) }
    if progress.isStopped(by: plan.configuration) {
      report(.stoppedEarly(epochsSinceBest: progress.epochsSinceBest))
    }
  }

  // MARK: - State

  /// Everything that changes and is laid out as the parameters are, in the order of a checkpoint.
  private var state: [TensorGroup] {
    let groups = CheckpointFormat.groups(of: plan.configuration)
    let views =
      [engine.parameters.view] + updater.states.map(\.view)
      + (updater.average.map { [$0.view] } ?? [])
    return zip(groups, views).map { TensorGroup(path: $0, values: $1) }
  }

  /// The run's state as it is now. Its buffers are the trainer's own: copy or save it before the
  /// next step.
  var checkpoint: Checkpoint {
    Checkpoint(
      configuration: plan.configuration, model: plan.model, progress: progress, history: history,
      data: data, numerics: numerics, tensors: state, memory: [])
  }

  private func makeSaver(in directory: RunDirectory) throws -> CheckpointSaver {
    try directory.write(plan.configuration, data: data)
    return try CheckpointSaver(
      in: directory, initial: checkpoint, pool: engine.pool,
      entries: resumed?.entries ?? [], saved: resumed?.progress)
  }

  /// Saves the state, where it is to be saved, and keeps the best parameters otherwise.
  private func save(_ saver: CheckpointSaver?, _ report: (TrainingEvent) -> Void) throws {
    if let saver {
      profiler?.start()
      saver.save(checkpoint)
      profiler?.end(.checkpoint)
      try saver.tell(report)
    } else if plan.configuration.bestWeights, progress.isAtBest {
      let parameters = engine.average ?? engine.parameters.view
      let best = bestParameters ?? AlignedBuffer(count: parameters.count)
      best.view.copy(from: parameters)
      bestParameters = best
    }
  }

  /// What the run came to; brings back the weights it stands for: the best ones where they were asked
  /// for, and those of the newest good checkpoint where later ones could not be written.
  private func result(
    in directory: RunDirectory?, _ saver: CheckpointSaver?, _ report: (TrainingEvent) -> Void
  ) throws -> TrainingResult {
    let isFinished = progress.isFinished(plan.configuration)
    var result = TrainingResult(
      progress: progress, end: isFinished ? .finished : .interrupted, epochs: history.epochs,
      samplesPerSecond: clock.total.samplesPerSecond,
      secondsToFirstStep: clock.secondsToFirstStep, checkpoint: saver?.newest,
      parametersSHA256: "", checkpointFailures: saver?.failures ?? [],
      checkpointCost: saver?.cost ?? CheckpointCost(), anatomy: profiler?.total)
    if isFinished, progress.epoch < plan.configuration.epochs { result.end = .stoppedEarly }
    let isBehind = !result.checkpointFailures.isEmpty
    if isFinished, isBehind || plan.configuration.bestWeights {
      if let directory {
        let stored = try RunDirectory.find(directory.path)
        result.checkpoint = stored.path
        stored.checkpoint.copyTensors(to: state)
      } else if let bestParameters {
        engine.parameters.view.copy(from: bestParameters.view)
        engine.average?.copy(from: bestParameters.view)
      }
    }
    if let newest = result.checkpoint, isBehind, !isFinished {
      result.parametersSHA256 = try CheckpointHeader(path: newest).parametersSHA256
      return result
    }
    result.parametersSHA256 = plan.model.network.layout.sha256(of: engine.parameters.view)
    return result
  }

  private var stepReport: StepReport {
    StepReport(
      epoch: progress.epoch + 1, batch: progress.batch, loss: progress.sums.meanLoss,
      samplesPerSecond: clock.total.samplesPerSecond)
  }
}
