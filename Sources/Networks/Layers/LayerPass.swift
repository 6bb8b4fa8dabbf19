import Kernels

/// Whether layers act as in training (dropout drops) or as in use.
package enum Mode: Sendable, Equatable {
  case training, evaluation
}

/// Where the rows at hand stand in the whole run: what random numbers are a function of.
package struct Randomness: Sendable, Equatable {
  package var seed: UInt64
  package var step: Int
  /// The position of the first row among all samples of the step, over all shards and all the
  /// mini-batches that it accumulates.
  package var firstSample: Int

  package init(seed: UInt64, step: Int, firstSample: Int) {
    self.seed = seed
    self.step = step
    self.firstSample = firstSample
  }
}

/// A layer's part of one pass over the rows of a shard: matrices of (rows, elements of a sample),
/// row-major. The views are valid during the call that they are handed to.
package struct LayerPass {
  package var rows: Int
  package var input: FloatView
  package var output: FloatView
  /// The layer's parameters, each tensor at the place that `ParameterLayout.aligned` gives it.
  package var parameters: FloatView
  /// (rows, `scratchPerSample`); empty in a workspace that is not for training.
  package var scratch: FloatView
  package var mode: Mode
  package var randomness: Randomness
  /// The layer's index in its network.
  package var layer: Int

  /// Overwritten by `backward` as it likes. Meaningless in `forward`, as are the next two.
  package var outputGradient: FloatView
  /// Nil where nobody needs it: before this layer there is nothing to learn.
  package var inputGradient: FloatView?
  /// Laid out as `parameters`.
  package var gradient: FloatView
  /// Whether `backward` adds to `gradient` (second and later mini-batches of an accumulated step)
  /// or overwrites it.
  package var accumulates: Bool
}
