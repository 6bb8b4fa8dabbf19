import Kernels
import Networks

/// Draws a network's initial parameters, on all threads of a run: random numbers for every one take
/// longer than anything else that is done to them before the first step.
///
/// A number depends on the seed and its place alone, never on the thread.
final class InitialParameters: ParallelWork, @unchecked Sendable {
  private let network: Network
  private let seed: UInt64
  private let parameters: FloatView
  private let stretches: [InitialStretch]

  private init(_ network: Network, seed: UInt64, into parameters: FloatView) {
    self.network = network
    self.seed = seed
    self.parameters = parameters
    stretches = network.initialStretches
  }

  /// Writes the initial parameters for this seed, on the threads of `pool`.
  static func draw(
    _ network: Network, seed: UInt64, into parameters: FloatView, pool: WorkerPool
  ) {
    let work = InitialParameters(network, seed: seed, into: parameters)
    pool.withHelpers { pool.perform(work.stretches.count, work) }
  }

  /// A piece of work is a stretch of a tensor; no two share memory.
  func run(piece stretch: Int) {
    network.initialize(stretches[stretch], of: parameters, seed: seed)
  }
}
