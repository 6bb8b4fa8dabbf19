import Datasets
import Kernels
import Networks

/// A shard's whole world: its gradient, activations, scratch and samples, allocated once.
///
/// In a step exactly one thread works on a replica. It reads the shared parameters, the mini-batch
/// and the resident rows, which nobody writes meanwhile, and writes only what it owns; the trainer
/// reads that when all replicas are done.
final class Replica: @unchecked Sendable {
  let gradient: AlignedBuffer<Float>
  /// What the last mini-batch came to.
  private(set) var result = ShardResult()
  /// What the mini-batches of the present evaluation have come to so far.
  var sums: MetricSums

  private let shard: Int
  private let cut: ShardCut
  private let model: Model
  private let seed: UInt64
  private let workspace: Workspace
  private let targets: TargetRows
  private let weights: AlignedBuffer<Float>
  private let classWeights: AlignedBuffer<Float>?
  private let scaling: FeatureScaling
  /// Measures the parts of `train`; nil measures nothing.
  var timer: StepTimer? {
    didSet { workspace.timer = timer }
  }

  /// - Parameters:
  ///   - batchSize: the most rows of a mini-batch.
  ///   - trains: whether gradients will be asked for; evaluation alone needs less memory.
  init(
    shard: Int, cut: ShardCut, batchSize: Int, model: Model, seed: UInt64, topK: [Int],
    trains: Bool
  ) throws {
    self.shard = shard
    self.cut = cut
    self.model = model
    self.seed = seed
    let rows = cut.maximumRows(batch: batchSize)
    workspace = try Workspace(network: model.network, maximumRows: rows, training: trains)
    gradient = AlignedBuffer(count: trains ? model.network.layout.count : 0)
    targets = TargetRows(model: model, maximumRows: rows)
    weights = AlignedBuffer(count: rows)
    classWeights = model.classWeights.map { values in
      let buffer = AlignedBuffer<Float>(count: values.count)
      for (index, value) in values.enumerated() { buffer.view[index] = value }
      return buffer
    }
    scaling = FeatureScaling(model.normalization)
    sums = MetricSums(classes: 0, outputs: 0, topK: [])
  }

  /// Computes the gradient of this shard's part of a mini-batch, the sum over its samples.
  ///
  /// - Parameter accumulates: whether to add to the gradient rather than overwrite it: for the
  ///   second and later mini-batches of a step.
  func train(on batch: MiniBatch, of split: ResidentRows, parameters: FloatView, accumulates: Bool)
  {
    let range = cut.rows(of: shard, batch: batch.count)
    guard !range.isEmpty else {
      result = ShardResult()
      if !accumulates { gradient.view.fill(0) }
      return
    }
    let timer = timer
    timer?.start()
    forward(batch, range, of: split, parameters: parameters, mode: .training)
    let loss = evaluateLoss(rows: range.count, of: split, withGradient: true)
    result = ShardResult(
      loss: loss.loss, weight: loss.weight,
      correct: targets.correct(outputs: workspace.output, rows: range.count), rows: range.count)
    timer?.end(.loss)
    workspace.backward(
      parameters: parameters, gradient: gradient.view, accumulates: accumulates)
  }

  /// Adds this shard's part of a mini-batch to `sums`.
  func evaluate(on batch: MiniBatch, of split: ResidentRows, parameters: FloatView) {
    let range = cut.rows(of: shard, batch: batch.count)
    guard !range.isEmpty else { return }
    forward(batch, range, of: split, parameters: parameters, mode: .evaluation)
    let loss = evaluateLoss(rows: range.count, of: split, withGradient: false)
    sums.add(loss: loss.loss, weight: loss.weight, rows: range.count)
    // Errors are those of the predictions; a classifier's logits rank as its probabilities do.
    if model.task == .regression {
      model.loss.predictionActivation.apply(
        rows: range.count, columns: model.outputs, values: workspace.output)
    }
    targets.measure(outputs: workspace.output, rows: range.count, into: &sums)
  }

  /// Computes the predictions for this shard's part of a mini-batch into its rows of `outputs`,
  /// (batch, outputs).
  func predict(
    on batch: MiniBatch, of split: ResidentRows, parameters: FloatView, into outputs: FloatView
  ) {
    let range = cut.rows(of: shard, batch: batch.count)
    guard !range.isEmpty else { return }
    gatherFeatures(batch, range, of: split)
    workspace.forward(parameters: parameters, rows: range.count, mode: .evaluation)
    let width = model.outputs
    let own = outputs.slice(range.lowerBound * width..<range.upperBound * width)
    own.copy(from: workspace.output)
    model.loss.predictionActivation.apply(rows: range.count, columns: width, values: own)
  }

  private func forward(
    _ batch: MiniBatch, _ range: Range<Int>, of split: ResidentRows, parameters: FloatView,
    mode: Mode
  ) {
    gatherFeatures(batch, range, of: split)
    let rows = batch.rows(range)
    targets.gather(rows, of: split)
    if split.hasWeights { split.gatherWeights(rows, into: weights.view.prefix(range.count)) }
    if mode == .training { timer?.end(.gather) }
    workspace.forward(
      parameters: parameters, rows: range.count, mode: mode,
      randomness: Randomness(
        seed: seed, step: batch.step, firstSample: batch.firstSample + range.lowerBound))
  }

  private func gatherFeatures(_ batch: MiniBatch, _ range: Range<Int>, of split: ResidentRows) {
    split.gather(
      batch.rows(range), scaling: scaling, into: workspace.input(rows: range.count))
  }

  private func evaluateLoss(rows: Int, of split: ResidentRows, withGradient: Bool) -> LossSum {
    workspace.evaluate(
      model.loss, targets: targets.batch(rows: rows),
      weights: split.hasWeights ? weights.view.prefix(rows) : nil,
      classWeights: classWeights?.view, gradient: withGradient)
  }
}
