import Datasets
import Kernels
import Networks

/// The replicas of a run and what they share: the parameters, the mini-batch at hand and the
/// threads.
///
/// Between calls the trainer's thread owns everything; within a call each replica is worked on by
/// one thread, and the shared parameters and the mini-batch are only read.
final class Engine {
  let pool: WorkerPool
  let parameters: AlignedBuffer<Float>
  let replicas: [Replica]
  let batch: MiniBatch
  private let topK: [Int]
  private let model: Model

  /// - Throws: `TrainingError.unfit` where the memory cannot be had.
  init(plan: Plan, workers: Int, trains: Bool) throws {
    self.init(
      model: plan.model, batchSize: plan.batchSize, shards: plan.shards,
      seed: plan.configuration.seed, topK: plan.configuration.topK, workers: workers,
      trains: trains)
  }
}
