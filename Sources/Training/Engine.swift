import Datasets
import Kernels
import Networks

/// The replicas of a run and what they share: the parameters, the mini-batch at hand and the
/// threads.
///
/// Between calls the calling thread owns everything; within a call each replica is worked on by one
/// thread, and the parameters, the mini-batch and the split are only read.
final class Engine: ParallelWork, @unchecked Sendable {
  let pool: WorkerPool
  let parameters: AlignedBuffer<Float>
  /// What evaluation uses in place of the parameters: their moving average.
  var average: FloatView?
  let batch: MiniBatch
  let replicas: [Replica]
  private let model: Model
  private let topK: [Int]
  /// What the replicas are to do with the mini-batch.
  private var task = Task.idle

  private enum Task {
    case idle
    case train(ResidentRows, accumulates: Bool)
    case evaluate(ResidentRows)
    /// Into (batch, outputs).
    case predict(ResidentRows, into: FloatView)
  }

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
    perform(.train(split.memory, accumulates: accumulates))
    return treeSum(replicas.count, +) { replicas[$0].result }
  }

  /// The metrics of a whole split, in the order of its rows, by the same shards.
  func evaluate(_ split: RowStream) throws -> Metrics {
    for replica in replicas {
      replica.sums = MetricSums(
        classes: model.classes, outputs: model.outputs, topK: topK, replicas: replicas.count)
    }
    try forEachBatch(of: split) { _ in perform(.evaluate(split.memory)) }
    return treeSum(replicas.count, +) { replicas[$0].sums }.metrics
  }

  /// Calls `body` with predictions for the rows of a split, a mini-batch at a time in order: the
  /// rows' numbers, and their outputs as (rows, outputs).
  func predict(_ split: RowStream, _ body: ([Int64], FloatView) throws -> Void) throws {
    let outputs = AlignedBuffer<Float>(count: batch.rows.count * model.outputs)
    try forEachBatch(of: split) { rows in
      perform(.predict(split.memory, into: outputs.view))
      let numbers = zip(rows, batch.rows(0..<rows.count)).map {
        Int64(split.rowNumber(position: $0, index: $1))
      }
      try body(numbers, outputs.view.prefix(rows.count * model.outputs))
    }
  }

  private var evaluated: FloatView { average ?? parameters.view }

  private func perform(_ task: Task) {
    self.task = task
    pool.perform(replicas.count, self)
    self.task = .idle
  }

  /// A piece of work is a shard.
  func run(piece shard: Int) {
    let replica = replicas[shard]
    switch task {
    case .idle: break
    case .train(let rows, let accumulates):
      replica.train(on: batch, of: rows, parameters: parameters.view, accumulates: accumulates)
    case .evaluate(let rows): replica.evaluate(on: batch, of: rows, parameters: evaluated)
    case .predict(let rows, let outputs):
      replica.predict(on: batch, of: rows, parameters: evaluated, into: outputs)
    }
  }

  private func forEachBatch(of split: RowStream, _ body: (Range<Int>) throws -> Void) throws {
    let pass = split.passInOrder()
    var start = 0
    try pool.withHelpers {
      while try batch.fill(from: pass, step: 0, firstSample: 0) {
        try body(start..<start + batch.count)
        start += batch.count
      }
    }
  }
}
