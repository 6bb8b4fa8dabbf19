import Kernels
import Networks

/// Measures where the time of training steps goes, as they run.
///
/// The trainer's thread reads a timer between the stages of a step, each replica one between the
/// parts of its shard, and the updater times its slices. None of it changes what is computed.
final class Profiler {
  /// What the trainer's thread does, one after another.
  enum Stage: Int, CaseIterable {
    /// Finding the next rows, and waiting for those that are still being read.
    case rows
    /// All shards, on all workers.
    case shards
    /// Reduction and optimizer, on all workers.
    case update
    case checkpoint
    /// Everything else between two steps.
    case other
  }

  private let plan: Plan
  private let workers: Int
  private let stages: StepTimer
  private let replicas: [StepTimer]
  /// Nanoseconds that each slice of the update has taken.
  let slices: AlignedBuffer<UInt64>
  private var counts = (steps: 0, samples: 0)
  private var waited = Duration.zero
  private var measuredBefore = Measured()

  /// Sums since the beginning.
  private struct Measured {
    var stages = [UInt64](repeating: 0, count: Stage.allCases.count)
    var parts: [UInt64] = []
    var update: UInt64 = 0
    var waited = Duration.zero
    var steps = 0
    var samples = 0
  }

  /// - Parameter spans: how many single spans to record for a trace, in all.
  init(plan: Plan, workers: Int, slices: Int, spans: Int) {
    self.plan = plan
    self.workers = workers
    let parts = ShardPart.count(layers: plan.model.network.layers.count)
    let perTimer = spans / (plan.shards + 1)
    stages = StepTimer(parts: Stage.allCases.count, spans: perTimer)
    replicas = (0..<plan.shards).map { _ in StepTimer(parts: parts, spans: perTimer) }
    self.slices = AlignedBuffer(count: slices)
  }

  func timer(ofReplica index: Int) -> StepTimer { replicas[index] }

  /// Begins an epoch, whose steps `epoch` tells about.
  func startEpoch() {
    measuredBefore = measured
    stages.start()
  }

  /// Begins with a stage that comes after something that is not measured.
  func start() { stages.start() }

  func end(_ stage: Stage) { stages.end(stage.rawValue) }

  func countStep(samples: Int) {
    counts.steps += 1
    counts.samples += samples
  }

  func addWaiting(_ duration: Duration) { waited += duration }

  /// Of the steps since `startEpoch`.
  var epoch: StepAnatomy { anatomy(since: measuredBefore) }

  /// Of all steps.
  var total: StepAnatomy { anatomy(since: Measured()) }

  private var measured: Measured {
    var parts = [UInt64](repeating: 0, count: replicas.first?.totals.count ?? 0)
    for replica in replicas {
      for (part, nanoseconds) in replica.totals.enumerated() { parts[part] += nanoseconds }
    }
    return Measured(
      stages: stages.totals, parts: parts, update: slices.pointer.reduce(0, +), waited: waited,
      steps: counts.steps, samples: counts.samples)
  }

  private func anatomy(since before: Measured) -> StepAnatomy {
    let now = measured
    func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) * 1e-9 }
    let stages = Stage.allCases.map {
      seconds(now.stages[$0.rawValue] - before.stages[$0.rawValue])
    }
    let parts = now.parts.enumerated().map { part, sum in
      (ShardPart(number: part), seconds(sum - (part < before.parts.count ? before.parts[part] : 0)))
    }
    return StepAnatomy(
      steps: now.steps - before.steps, samples: now.samples - before.samples,
      workers: workers, plan: plan, stages: { stages[$0.rawValue] }, shardParts: parts,
      updateSeconds: seconds(now.update - before.update),
      waitingSeconds: (now.waited - before.waited).inSeconds)
  }

  /// What was recorded of single steps, for `StepTrace`.
  var trace: StepTrace {
    let layers = plan.model.network.layers
    var trace = StepTrace()
    trace.add(stages.spans, name: { "\(Stage(rawValue: $0)!)" }, category: "stage")
    for (shard, timer) in replicas.enumerated() {
      trace.add(
        timer.spans,
        name: { ShardPart(number: $0).name { "\($0) \(type(of: layers[$0]).kind)" } },
        category: "shard \(shard)")
    }
    return trace
  }
}
