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
final class Updater: ParallelWork, @unchecked Sendable {
  private let plan: Plan
  private let slices: [Slice]
  private let parameters: FloatView
  /// What the optimizer remembers, one buffer per name in `stateNames`, laid out as the parameters.
  let states: [AlignedBuffer<Float>]
  /// The moving average of the parameters, where the run keeps one.
  let average: AlignedBuffer<Float>?
  private let stateViews: UpdateRule.States
  private let shardGradients: AlignedBuffer<UnsafePointer<Float>>
  /// The mean gradient of the whole batch, kept only where clipping needs a second pass.
  private let meanGradient: AlignedBuffer<Float>?
  private let tiles: AlignedBuffer<Float>
  /// Each slice's Σ gradient²; not finite when the slice's gradient is not.
  private let squares: AlignedBuffer<Double>
  /// Where the nanoseconds that each slice takes are added up; nil measures nothing.
  var timings: AlignedBuffer<UInt64>?
  /// What is to be done with the slices.
  private var task = Task.idle
  private var isFirstStep = true

  private enum Task {
    case idle
    case reduceAndUpdate(scale: Float, UpdateRule)
    case reduce(scale: Float)
    case update(scale: Float, UpdateRule)
  }

  private struct Slice {
    var range: Range<Int>
    var decays: Bool
  }

  /// Of whole tiles: short enough for 32 slices that can be shared out evenly, where a network has the
  /// parameters for that, and at most 4096.
  private static func sliceLength(parameters: Int) -> Int {
    let tiles = parameters / 32 / Reduction.tile
    return min(max(tiles, 1), 8) * Reduction.tile
  }

  init(plan: Plan, parameters: FloatView, replicas: [Replica]) {
    self.plan = plan
    self.parameters = parameters
    let optimizer = plan.configuration.optimizer
    let regularization = plan.regularization
    let layout = plan.model.network.layout
    let length = Self.sliceLength(parameters: layout.count)
    slices = layout.tensors.flatMap { tensor in
      stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: length).map {
        Slice(
          range: $0..<min($0 + length, tensor.range.upperBound),
          decays: regularization.applies(to: tensor.decays))
      }
    }
    states = optimizer.stateNames.map { _ in
      let buffer = AlignedBuffer<Float>(count: layout.count)
      // A new buffer is zero, and takes no memory before it is used.
      if optimizer.initialStateValue != 0 { buffer.view.fill(optimizer.initialStateValue) }
      return buffer
    }
    average = plan.configuration.ema.map { _ in
      let buffer = AlignedBuffer<Float>(count: layout.count)
      buffer.view.copy(from: parameters)
      return buffer
    }
    stateViews = optimizer.states(states.map(\.view))
    shardGradients = AlignedBuffer(count: replicas.count)
    for (index, replica) in replicas.enumerated() {
      shardGradients.pointer[index] = UnsafePointer(replica.gradient.view.base)
    }
    meanGradient = plan.configuration.clipNorm == nil ? nil : AlignedBuffer(count: layout.count)
    tiles = AlignedBuffer(count: slices.count * Reduction.tile)
    squares = AlignedBuffer(count: slices.count)
  }

  /// Applies one optimizer step for gradients that sum to `weight` samples.
  ///
  /// - Parameter step: counted from 1.
  /// - Throws: `TrainingError.gradientNotFinite`. With clipping nothing is updated then; without,
  ///   other slices may be, and the parameters must not be used any more.
  func apply(weight: Double, learningRate: Double, step: Int, pool: WorkerPool) throws {
    isFirstStep = step == 1
    let scale = Float(1 / weight)
    let rule = plan.configuration.optimizer.rule(
      learningRate: learningRate, step: step, regularization: plan.regularization)
    guard let clipNorm = plan.configuration.clipNorm else {
      perform(.reduceAndUpdate(scale: scale, rule), on: pool)
      _ = try checkedNorm(step: step)
      return
    }
    perform(.reduce(scale: scale), on: pool)
    let norm = try checkedNorm(step: step)
    perform(.update(scale: Float(min(1, clipNorm / (norm + 1e-6))), rule), on: pool)
  }

  private func perform(_ task: Task, on pool: WorkerPool) {
    self.task = task
    pool.perform(slices.count, self)
  }

  var sliceCount: Int { slices.count }

  /// A piece of work is a slice.
  func run(piece slice: Int) {
    guard let timings else { return update(slice: slice) }
    let start = StepTimer.now()
    update(slice: slice)
    timings.pointer[slice] += StepTimer.now() - start
  }

  private func update(slice: Int) {
    switch task {
    case .idle: break
    case .reduceAndUpdate(let scale, let rule):
      reduceAndUpdate(slice: slice, scale: scale, rule)
      advanceAverage(slice: slice)
    case .reduce(let scale): reduce(slice: slice, scale: scale)
    case .update(let scale, let rule):
      update(slice: slice, scale: scale, rule)
      advanceAverage(slice: slice)
    }
  }

  /// One pass: each tile is reduced and used while it is in the first-level cache.
  private func reduceAndUpdate(slice index: Int, scale: Float, _ rule: UpdateRule) {
    let slice = slices[index]
    let tile = tiles.view.slice(index * Reduction.tile..<(index + 1) * Reduction.tile)
    var sum = 0.0
    var start = slice.range.lowerBound
    while start < slice.range.upperBound {
      let range = start..<min(start + Reduction.tile, slice.range.upperBound)
      let gradient = tile.prefix(range.count)
      let squares = Reduction.reduce(
        gradients: UnsafeBufferPointer(shardGradients.pointer), offset: start, count: range.count,
        scale: scale, into: gradient)
      sum += squares
      if squares.isFinite {
        rule.apply(
          gradient: gradient, parameters: parameters.slice(range),
          states: stateViews.slice(range), decays: slice.decays)
      }
      start = range.upperBound
    }
    squares.pointer[index] = sum
  }

  /// The first of two passes: the mean gradient of a slice, and its squares.
  private func reduce(slice index: Int, scale: Float) {
    let range = slices[index].range
    squares.pointer[index] = Reduction.reduce(
      gradients: UnsafeBufferPointer(shardGradients.pointer), offset: range.lowerBound,
      count: range.count, scale: scale, into: meanGradient!.view.slice(range))
  }

  /// The second: the update by the clipped gradient.
  private func update(slice index: Int, scale: Float, _ rule: UpdateRule) {
    let slice = slices[index]
    rule.apply(
      gradient: meanGradient!.view.slice(slice.range), parameters: parameters.slice(slice.range),
      states: stateViews.slice(slice.range), decays: slice.decays, gradientScale: scale)
  }

  /// As PyTorch's `AveragedModel` with `get_ema_multi_avg_fn`: the first step's parameters, then
  /// average += (1 − decay) · (parameters − average).
  private func advanceAverage(slice index: Int) {
    guard let average, let decay = plan.configuration.ema else { return }
    let range = slices[index].range
    let target = average.view.slice(range)
    if isFirstStep {
      target.copy(from: parameters.slice(range))
    } else {
      target.approach(parameters.slice(range), by: Float(1 - decay))
    }
  }

  /// The norm of the mean gradient: the root of the slices' squares, added in order of slice.
  private func checkedNorm(step: Int) throws -> Double {
    let norm = squares.pointer.reduce(0, +).squareRoot()
    guard norm.isFinite else { throw TrainingError.gradientNotFinite(step: step) }
    return norm
  }
}
