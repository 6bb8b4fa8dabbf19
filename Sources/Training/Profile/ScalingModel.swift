/// What measured steps would take with another number of workers, and as many shards.
///
/// Per step, with w workers: t(w) = serial + imbalance · shards / w + update(w) / w, where
/// update(w) grows with the bytes it moves: for each parameter 4 w of gradients, and 8 for each of
/// the parameter and the optimizer's states, read and written.
///
/// It takes for granted that memory and caches grow with the cores. What it leaves out makes the
/// real figures smaller, never larger, unless more cores bring more cache for the same work.
public struct ScalingModel: Sendable, Equatable {
  /// A number of workers, and what comes of it.
  public struct Prediction: Sendable, Equatable {
    public var workers: Int
    public var samplesPerSecond: Double
    /// The share of `workers` times the speed of one worker.
    public var efficiency: Double
  }

  let samples: Int
  let batchSize: Int
  let shards: Int
  /// Of the optimizer, each as large as the parameters.
  let states: Int
  /// Seconds in which only one thread works.
  let serialSeconds: Double
  /// Seconds of all threads together.
  let shardSeconds: Double
  /// The time that the shards took over what they would take if spread evenly.
  let imbalance: Double
  /// Seconds of all threads together.
  let updateSeconds: Double

  /// For so many workers as have at least one row of a mini-batch each.
  public func predictions(for workers: [Int] = [1, 2, 4, 8, 16, 32, 64]) -> [Prediction] {
    guard samples > 0, shardSeconds > 0 else { return [] }
    let alone = Double(samples) / seconds(workers: 1)
    return workers.filter { $0 <= batchSize }.map { workers in
      let speed = Double(samples) / seconds(workers: workers)
      return Prediction(
        workers: workers, samplesPerSecond: speed, efficiency: speed / (alone * Double(workers)))
    }
  }

  private func seconds(workers: Int) -> Double {
    let update = updateSeconds * bytes(shards: workers) / bytes(shards: shards)
    let uneven = workers == 1 ? shardSeconds : shardSeconds * imbalance
    return serialSeconds + (uneven + update) / Double(workers)
  }

  /// Bytes that the update moves for a parameter.
  private func bytes(shards: Int) -> Double { Double(4 * shards + 8 * (1 + states)) }
}
