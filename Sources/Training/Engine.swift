import Datasets
import Kernels
import Networks

/// The replicas of a run and what they share: the parameters, the mini-batch at hand and the
/// threads.
///
/// Between calls the calling thread owns everything; within a call each replica is worked on by one
/// thread, and the parameters, the mini-batch and the split are only read.
final class Engine: @unchecked Sendable {
  let pool: WorkerPool
  let parameters: AlignedBuffer<Float>
  let batch: MiniBatch
  let replicas: [Replica]
  private let model: Model
  private let topK: [Int]
  /// Where replicas put their predictions, (batch, outputs), during `predict`.
  private var predictions: FloatView?

  /// - Parameters:
  ///   - topK: what evaluation reports.
  ///   - trains: whether gradients will be asked for.
  /// - Throws: `NetworkError` where the machine has not enough memory.
  init(
    model: Model, batchSize: Int, shards: Int, seed: UInt64, topK: [Int], workers: Int,
    trains: Bool
  ) throws {
    self.model = model
    self.topK = topK
    pool = WorkerPool(workers: workers)
    parameters = AlignedBuffer(count: model.network.layout.count)
    batch = MiniBatch(capacity: batchSize)
    let cut = ShardCut(shards: shards)
    replicas = try (0..<shards).map { shard in
      try Replica(
        shard: shard, cut: cut, batchSize: batchSize, model: model, seed: seed, topK: topK,
        trains: trains)
    }
  }

  /// Has every replica compute the gradient of its shard of the mini-batch, and adds up what the
  /// shards came to over the fixed tree.
  func computeGradients(on split: RowStream, accumulates: Bool) -> ShardResult {
    pool.perform(replicas.count) { shard in
      self.replicas[shard].train(
        on: self.batch, of: split.memory, parameters: self.parameters.view,
        accumulates: accumulates)
    }
    return treeSum(replicas.count, +) { replicas[$0].result }
  }

  /// The metrics of a whole split, in the order of its rows, by the same shards.
  func evaluate(_ split: RowStream) throws -> Metrics {
    for replica in replicas {
      replica.sums = MetricSums(classes: model.classes, outputs: model.outputs, topK: topK)
    }
    try forEachBatch(of: split) { _ in
      pool.perform(replicas.count) { shard in
        self.replicas[shard].evaluate(
          on: self.batch, of: split.memory, parameters: self.parameters.view)
      }
    }
    return treeSum(replicas.count, +) { replicas[$0].sums }.metrics
  }

  /// Calls `body` with predictions for the rows of a split, a mini-batch at a time in order: the
  /// rows' numbers, and their outputs as (rows, outputs).
  func predict(_ split: RowStream, _ body: ([Int64], FloatView) throws -> Void) throws {
    let outputs = AlignedBuffer<Float>(count: batch.rows.count * model.outputs)
    predictions = outputs.view
    defer { predictions = nil }
    try forEachBatch(of: split) { rows in
      pool.perform(replicas.count) { shard in
        self.replicas[shard].predict(
          on: self.batch, of: split.memory, parameters: self.parameters.view, into: self.predictions!)
      }
      let numbers = zip(rows, batch.rows(0..<rows.count)).map {
        Int64(split.rowNumber(position: $0, index: $1))
      }
      try body(numbers, outputs.view.prefix(rows.count * model.outputs))
    }
  }

  private func forEachBatch(of split: RowStream, _ body: (Range<Int>) throws -> Void) throws {
    let pass = split.passInOrder()
    var start = 0
    while try batch.fill(from: pass, step: 0, firstSample: 0) {
      try body(start..<start + batch.count)
      start += batch.count
    }
  }
}
