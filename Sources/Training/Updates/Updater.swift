import Kernels
import Networks

/// The end of a step: reduces the replicas' gradients and applies the optimizer, slice by slice.
///
/// Without clipping this is one pass over memory: each tile of the gradient is summed over the
/// shards, divided by the batch's weight, and used at once. Clipping by norm needs the norm of the
/// whole gradient first, hence two passes: reduce and measure, then update.
///
/// A slice is a piece of one tensor; slices depend on the layout alone, never on the workers. Two
/// slices share no memory that is written.
final class Updater: @unchecked Sendable {
  private let optimizer: Optimizer
  private let regularization: Regularization
  private let clipNorm: Double?
  private let slices: [Slice]
  private let parameters: FloatView
  let states: [AlignedBuffer<Float>]
  private let shardGradients: AlignedBuffer<UnsafePointer<Float>>
  /// The mean gradient of the whole batch, kept only where clipping needs a second pass.
  private let meanGradient: AlignedBuffer<Float>?
  private let meanGradientPointer: AlignedBuffer<UnsafePointer<Float>>
  private let tiles: AlignedBuffer<Float>
  /// Each slice's Σ gradient²; not finite when the slice's gradient is not.
  private let squares: AlignedBuffer<Double>
  private let isSmall: Bool

  private struct Slice {
    var range: Range<Int>
    var decays: Bool
  }

  private static let sliceLength = 16_384
  private static let tileLength = 512
  /// Below this many parameters handing slices to other threads costs more than it saves.
  private static let smallCount = 32_768

  init(plan: Plan, parameters: FloatView, replicas: [Replica]) {
    optimizer = plan.configuration.optimizer
    regularization = plan.regularization
    clipNorm = plan.configuration.clipNorm
    self.parameters = parameters
    let layout = plan.model.network.layout
    slices = layout.tensors.flatMap { tensor in
      stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: Self.sliceLength).map {
        Slice(
          range: $0..<min($0 + Self.sliceLength, tensor.range.upperBound), decays: tensor.decays)
      }
    }
    states = optimizer.stateNames.map { _ in AlignedBuffer(count: layout.count) }
    shardGradients = AlignedBuffer(count: replicas.count)
    for (index, replica) in replicas.enumerated() {
      shardGradients.pointer[index] = UnsafePointer(replica.gradient.view.base)
    }
    meanGradient = clipNorm == nil ? nil : AlignedBuffer(count: layout.count)
    meanGradientPointer = AlignedBuffer(count: 1)
    if let meanGradient {
      meanGradientPointer.pointer[0] = UnsafePointer(meanGradient.view.base)
    }
    tiles = AlignedBuffer(count: slices.count * Self.tileLength)
    squares = AlignedBuffer(count: slices.count)
    isSmall = layout.count <= Self.smallCount
  }

  /// Applies one optimizer step for gradients that sum to `weight` samples.
  ///
  /// - Returns: the norm of the mean gradient, before clipping.
  /// - Throws: `TrainingError.gradientNotFinite`. With clipping nothing is updated then; without,
  ///   other slices may be, and the parameters must not be used any more.
  func apply(weight: Double, learningRate: Double, step: Int, pool: WorkerPool) throws -> Double {
    let pool = isSmall ? WorkerPool(workers: 1) : pool
    let scale = Float(1 / weight)
    let update = Update(learningRate: Float(learningRate), step: step)
    if let clipNorm {
      pool.perform(slices.count) { self.reduce(slice: $0, scale: scale) }
      let norm = try checkedNorm(step: step)
      let factor = Float(min(1, clipNorm / (norm + 1e-6)))
      pool.perform(slices.count) { slice in
        self.update(slice: slice, from: self.meanGradientPointer, scale: factor, update)
      }
      return norm
    }
    pool.perform(slices.count) { slice in
      self.update(slice: slice, from: self.shardGradients, scale: scale, update)
    }
    return try checkedNorm(step: step)
  }

  private struct Update {
    var learningRate: Float
    var step: Int
  }

  private func reduce(slice index: Int, scale: Float) {
    let range = slices[index].range
    squares.pointer[index] = Reduction.reduce(
      gradients: UnsafeBufferPointer(shardGradients.pointer), offset: range.lowerBound,
      scale: scale, into: meanGradient!.view.slice(range))
  }

  private func update(
    slice index: Int, from gradients: AlignedBuffer<UnsafePointer<Float>>, scale: Float,
    _ update: Update
  ) {
    let slice = slices[index]
    let tile = tiles.view.slice(index * Self.tileLength..<(index + 1) * Self.tileLength)
    var sum = 0.0
    var start = slice.range.lowerBound
    while start < slice.range.upperBound {
      let range = start..<min(start + Self.tileLength, slice.range.upperBound)
      let gradient = tile.prefix(range.count)
      let squares = Reduction.reduce(
        gradients: UnsafeBufferPointer(gradients.pointer), offset: start, scale: scale,
        into: gradient)
      sum += squares
      if squares.isFinite {
        optimizer.update(
          range: range, gradient: gradient, parameters: parameters, states: states,
          decays: slice.decays, learningRate: update.learningRate, step: update.step)
      }
      start = range.upperBound
    }
    squares.pointer[index] = sum
  }

  /// The root of the slices' squares, added in order of slice.
  private func checkedNorm(step: Int) throws -> Double {
    let norm = squares.pointer.reduce(0, +).squareRoot()
    guard norm.isFinite else { throw TrainingError.gradientNotFinite(step: step) }
    return norm
  }
}
