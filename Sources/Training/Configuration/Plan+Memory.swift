import Networks

extension Plan {
  /// Bytes that training takes besides the data: parameters, the optimizer's state, a gradient and
  /// activations per shard.
  ///
  /// A floating-point number, so that no size overflows it.
  public var trainingBytes: Double {
    let copies =
      1 + configuration.optimizer.stateNames.count + shards
      + (configuration.clipNorm == nil ? 0 : 1)
    return Double(parameterBytes) * Double(copies) + workspaceBytes * Double(shards)
  }

  private var parameterBytes: Int { 4 * model.network.layout.count }

  private var workspaceBytes: Double {
    Workspace.bytes(
      network: model.network, maximumRows: ShardCut(shards: shards).maximumRows(batch: batchSize),
      training: true)
  }

  /// - Parameter available: bytes that may still be taken.
  /// - Throws: `TrainingError.unfit` with the arithmetic where training takes more.
  func checkMemory(available: Int) throws {
    guard trainingBytes > Double(available) else { return }
    let states = configuration.optimizer.stateNames.count
    throw TrainingError.unfit(
      setting: "network",
      problem:
        "takes \(megabytes(trainingBytes)) to train: \(megabytes(Double(parameterBytes))) of "
        + "parameters, as much again for each of \(states) states of \(configuration.optimizer.name) "
        + "and \(shards) shards' gradients, and \(megabytes(workspaceBytes)) of activations a shard; "
        + "\(megabytes(Double(available))) are free. Take a smaller network, fewer shards or "
        + "smaller batches")
  }

}

extension Model {
  /// - Throws: `TrainingError.unfit` where evaluating batches of this size in so many shards takes
  ///   more than `available` bytes.
  func checkMemory(batchSize: Int, shards: Int, available: Int) throws {
    let rows = ShardCut(shards: shards).maximumRows(batch: batchSize)
    let workspace = Workspace.bytes(network: network, maximumRows: rows, training: false)
    let bytes = workspace * Double(shards) + 4 * Double(network.layout.count)
    guard bytes > Double(available) else { return }
    throw TrainingError.unfit(
      setting: "batchSize",
      problem: "is \(batchSize), for which this network takes \(megabytes(bytes)) to evaluate; "
        + "\(megabytes(Double(available))) are free")
  }
}

private func megabytes(_ bytes: Double) -> String { "\(Int(bytes / 1_048_576)) MiB" }
