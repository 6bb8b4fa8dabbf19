import Datasets
import Kernels
import Networks

/// Measures what a run's speed depends on besides its network: workers, shards, the batch size and
/// the memory budget of the data.
///
/// Every trial trains the run's own network on its own data for a moment, from its initial
/// parameters and with a learning rate that moves them by next to nothing.
public final class Tuner {
  /// Asked between steps; once it says yes, `run` throws `CancellationError`.
  public var isStopped: () -> Bool = { false }

  private let configuration: RunConfiguration
  private let data: Dataset
  private let memoryBudget: Int?
  private let cores = availableCores()
  /// How long all trials may take together.
  private let seconds: Double
  private let clock = ContinuousClock()
  private let report: (TuningProgress) -> Void
  private var start: ContinuousClock.Instant
  private var trials: [TuningTrial] = []
  private var planned = 0
  /// Whether there was time for all.
  private var isComplete = true
  /// Splits that stay in memory, for the next trial that reads them in the same order.
  private var resident: (splits: Splits, geometry: ShuffleGeometry)?

  /// Steps that reach caches, branch predictors and sleeping threads before the clock starts.
  private static let warmingSteps = 3
  /// Trials that one question gets at most.
  private static let mostBatchSizes = 10

  /// - Parameters:
  ///   - memoryBudget: bytes that the splits may take; nil is four fifths of what is free.
  ///   - seconds: how long all may take; a trial that has begun is finished.
  ///   - report: called before each trial.
  public init(
    _ configuration: RunConfiguration, data: Dataset, memoryBudget: Int? = nil, seconds: Double,
    report: @escaping (TuningProgress) -> Void = { _ in }
  ) {
    var configuration = configuration
    // A step of this size changes no exponent, so no trial diverges, whatever its batch.
    configuration.learningRate = 1e-12
    configuration.schedule = Schedule(.constant)
    self.configuration = configuration
    self.data = data
    self.memoryBudget = memoryBudget
    self.seconds = seconds
    self.report = report
    start = clock.now
  }

  /// Runs all trials.
  ///
  /// - Throws: what planning a run throws where the configuration, the data and the machine do not
  ///   fit each other.
  public func run() throws -> TuningResult {
    try SelfTest.run()
    if var weights = configuration.initFrom { _ = try StartingWeights(&weights) }
    start = clock.now
    let plan = try Plan(configuration, for: data, cores: cores)
    let workerChoices = Self.doubling(1, through: cores)
    let shardChoices = Self.shards(cores: cores, batchSize: plan.batchSize, asked: plan.shards)
    planned = workerChoices.count + shardChoices.count + Self.mostBatchSizes

    for workers in workerChoices {
      try tryOut(.workers, workers: workers, shards: plan.shards, batchSize: plan.batchSize)
    }
    let workers = best(of: .workers, within: 0.97)?.workers ?? cores
    for shards in shardChoices {
      try tryOut(.shards, workers: workers, shards: shards, batchSize: plan.batchSize)
    }
    let shards = configuration.shards ?? best(of: .shards, within: 0.97)?.shards ?? plan.shards
    let largest = try tryBatchSizes(workers: workers, shards: shards, asked: plan.batchSize)
    let batchSize =
      configuration.batchSize ?? best(of: .batchSize, within: 0.9)?.batchSize ?? plan.batchSize
    try tryMemoryBudgets(workers: workers, shards: min(shards, batchSize), batchSize: batchSize)
    let budgets = trials.filter { $0.question == .memoryBudget }
    let enough = (budgets.map(\.samplesPerSecond).max() ?? 0) * 0.97
    return TuningResult(
      trials: trials, cores: cores, workers: workers, shards: min(shards, batchSize),
      batchSize: batchSize, largestBatchSize: largest,
      memoryBudget: budgets.last { $0.samplesPerSecond >= enough }?.memoryBudget,
      isComplete: isComplete)
  }

  /// - Returns: the largest that fits.
  private func tryBatchSizes(workers: Int, shards: Int, asked: Int) throws -> Int {
    let largest = try largestBatch(shards: shards)
    let sizes = Self.batchSizes(asked: asked, largest: largest)
    planned = trials.count + sizes.count
    for batchSize in sizes {
      do {
        try tryOut(
          .batchSize, workers: workers, shards: min(shards, batchSize), batchSize: batchSize)
      } catch  where batchSize > asked && (error is DatasetError || error is TrainingError) {
        // Its window does not fit the memory budget.
        return trials.map(\.batchSize).max() ?? asked
      }
    }
    return largest
  }

  /// Of a split that does not stay in memory: whether less memory would do as well.
  private func tryMemoryBudgets(workers: Int, shards: Int, batchSize: Int) throws {
    guard trials.last?.streamed == true else { return }
    let given = memoryBudget ?? defaultMemoryBudget()
    let budgets = [given, given / 2, given / 4]
    planned = trials.count + budgets.count
    for budget in budgets {
      do {
        try tryOut(
          .memoryBudget, workers: workers, shards: shards, batchSize: batchSize, budget: budget)
      } catch is DatasetError where budget < given {
        // The window does not fit so little.
        return
      }
    }
  }

  // MARK: - One trial

  private func tryOut(
    _ question: TuningTrial.Question, workers: Int, shards: Int, batchSize: Int,
    budget: Int? = nil
  ) throws {
    let done = (clock.now - start).inSeconds
    guard trials.isEmpty || done < seconds else {
      isComplete = false
      return
    }
    var configuration = configuration
    configuration.shards = shards
    configuration.batchSize = batchSize
    report(
      TuningProgress(
        trial: trials.count + 1, of: planned, workers: workers,
        shards: shards, batchSize: batchSize))
    let plan = try Plan(configuration, for: data, cores: cores)
    // What cannot serve makes room.
    if budget != nil || resident?.geometry != plan.geometry { resident = nil }
    let trainer = try Trainer(
      plan, data: data, workers: workers, memoryBudget: budget ?? memoryBudget,
      sharing: resident?.splits, trainsOnly: true)
    InitialParameters.draw(
      plan.model.network, seed: configuration.seed, into: trainer.engine.parameters.view,
      pool: trainer.engine.pool)
    if trainer.dataPlan.staysResident { resident = (trainer.splits, plan.geometry) }
    // Later trials have as much time as the first ones.
    let share = (seconds - done) / Double(max(1, planned - trials.count))
    let measured = try measure(trainer, seconds: min(1, max(0.06, share * 0.7)))
    trials.append(
      TuningTrial(
        question: question, workers: trainer.workers, shards: shards, batchSize: batchSize,
        memoryBudget: budget, samplesPerSecond: measured.samplesPerSecond,
        waitingShare: measured.waitingShare, streamed: !trainer.dataPlan.staysResident))
  }

  /// Trains until so many seconds of steps are over, through as many epochs as that takes.
  ///
  /// - Returns: the speed, the median of three stretches of the time.
  private func measure(
    _ trainer: Trainer, seconds: Double
  ) throws -> (samplesPerSecond: Double, waitingShare: Double) {
    var steps = 0
    var epoch = 0
    var rates: [Double] = []
    var stretch = Stretch(start: clock.now)
    var waiting = (waited: 0.0, of: 0.0)
    try trainer.engine.pool.withHelpers {
      while rates.count < Self.stretches {
        let pass = trainer.training.pass(seed: trainer.plan.configuration.seed, epoch: epoch)
        defer { pass.end() }
        epoch += 1
        var waitedBefore = pass.waited
        while rates.count < Self.stretches {
          if isStopped() { throw CancellationError() }
          let before = trainer.progress.sums.rows
          guard try trainer.step(pass) else { break }
          steps += 1
          guard steps > Self.warmingSteps else {
            waitedBefore = pass.waited
            stretch = Stretch(start: clock.now)
            continue
          }
          stretch.samples += trainer.progress.sums.rows - before
          let elapsed = (clock.now - stretch.start).inSeconds
          guard elapsed >= seconds / Double(Self.stretches) else { continue }
          rates.append(Double(stretch.samples) / elapsed)
          waiting.of += elapsed
          stretch = Stretch(start: clock.now)
        }
        waiting.waited += (pass.waited - waitedBefore).inSeconds
      }
    }
    return (rates.sorted()[Self.stretches / 2], min(1, waiting.waited / waiting.of))
  }

  /// A part of a trial's time.
  private struct Stretch {
    var start: ContinuousClock.Instant
    var samples = 0
  }

  private static let stretches = 3

  // MARK: - What is tried

  /// The trial with the fewest of what is asked for that comes close to the fastest.
  private func best(of question: TuningTrial.Question, within share: Double) -> TuningTrial? {
    let candidates = trials.filter { $0.question == question }
    let fastest = candidates.map(\.samplesPerSecond).max() ?? 0
    return candidates.first { $0.samplesPerSecond >= share * fastest }
  }

  /// 1, 2, 4, …, and `last` itself.
  static func doubling(_ first: Int, through last: Int) -> [Int] {
    var values: [Int] = []
    var value = first
    while value < last {
      values.append(value)
      value *= 2
    }
    return values + [last]
  }

  /// As many as there are cores, and their multiples, in ascending order.
  static func shards(cores: Int, batchSize: Int, asked: Int) -> [Int] {
    Set([cores, 2 * cores, 4 * cores, 8 * cores, asked]).filter { $0 <= batchSize }.sorted()
  }

  /// Powers of two around what is asked, no more than `largest`.
  static func batchSizes(asked: Int, largest: Int) -> [Int] {
    let sizes = doubling(16, through: max(16, largest)).filter { $0 <= largest && $0 >= asked / 8 }
    return Array(Set(sizes.prefix(mostBatchSizes) + [asked])).sorted()
  }

  /// The most samples a mini-batch can have: those whose activations fit beside the parameters and
  /// the data, or all rows.
  private func largestBatch(shards: Int) throws -> Int {
    let rows = try data.rows(of: .train)
    let dataBytes = min(
      memoryBudget ?? defaultMemoryBudget(),
      data.splits.keys.map { data.residentBytes($0) }.reduce(0, +))
    let free = Double(availableMemory() - dataBytes)
    func fits(_ batchSize: Int) throws -> Bool {
      var configuration = configuration
      configuration.batchSize = batchSize
      configuration.shards = min(shards, batchSize)
      return try Plan(configuration, for: data, cores: cores).trainingBytes <= free
    }
    var (low, high) = (1, rows)
    if try fits(high) { return high }
    while high - low > 1 {
      let middle = (low + high) / 2
      if try fits(middle) { low = middle } else { high = middle }
    }
    return low
  }
}
