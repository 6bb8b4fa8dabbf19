import Networks

/// Where the time of training steps goes.
///
/// Work that all workers do at once counts as the time it takes when it is spread evenly over
/// them; what is lost because it is not is `idle`. So the parts add up to the time on the clock.
public struct StepAnatomy: Sendable, Equatable {
  public struct Part: Sendable, Equatable {
    /// What is done: `forward dense`.
    public var name: String
    public var seconds: Double
  }

  public var steps: Int
  public var samples: Int
  public var workers: Int
  /// In the order of a step; those that take no time are left out.
  public var parts: [Part]
  /// What the same steps would take on more cores.
  public var scaling: ScalingModel

  /// Of all parts.
  public var seconds: Double { parts.reduce(0) { $0 + $1.seconds } }

  /// - Parameters:
  ///   - stages: seconds on the clock.
  ///   - shardParts: seconds of all workers together, as `updateSeconds`.
  ///   - waitingSeconds: the part of `rows` in which they were still being read.
  init(
    steps: Int, samples: Int, workers: Int, plan: Plan, stages: (Profiler.Stage) -> Double,
    shardParts: [(ShardPart, Double)], updateSeconds: Double, waitingSeconds: Double
  ) {
    self.steps = steps
    self.samples = samples
    self.workers = workers
    let shardSeconds = shardParts.reduce(0) { $0 + $1.1 }
    let each = Double(workers)
    let kinds = plan.model.network.layers.map { type(of: $0).kind }
    var parts = [
      Part(name: "waiting for data", seconds: waitingSeconds),
      Part(name: "choosing rows", seconds: max(0, stages(.rows) - waitingSeconds)),
    ]
    for (part, seconds) in shardParts.sorted(by: { Self.order($0.0) < Self.order($1.0) }) {
      // Layers of a kind are one part.
      let name = part.name { kinds[$0] }
      if let index = parts.firstIndex(where: { $0.name == name }) {
        parts[index].seconds += seconds / each
      } else {
        parts.append(Part(name: name, seconds: seconds / each))
      }
    }
    parts += [
      Part(name: "reduction + optimizer", seconds: updateSeconds / each),
      Part(
        name: "idle",
        seconds: max(0, stages(.shards) + stages(.update) - (shardSeconds + updateSeconds) / each)),
      Part(name: "checkpoint", seconds: stages(.checkpoint)),
      Part(name: "other", seconds: stages(.other)),
    ]
    self.parts = parts.filter { $0.seconds > 0 }
    scaling = ScalingModel(
      samples: samples, batchSize: plan.batchSize, shards: plan.shards,
      states: plan.configuration.optimizer.stateNames.count,
      serialSeconds: max(0, stages(.rows) - waitingSeconds) + stages(.other),
      shardSeconds: shardSeconds,
      imbalance: shardSeconds > 0 ? max(1, stages(.shards) * each / shardSeconds) : 1,
      updateSeconds: updateSeconds)
  }

  /// Gather, forward, loss, then backward from the last layer to the first.
  private static func order(_ part: ShardPart) -> Int {
    switch part {
    case .gather: -1
    case .forward(let layer): layer
    case .loss: 1 << 20
    case .backward(let layer): 1 << 21 - layer
    }
  }
}
