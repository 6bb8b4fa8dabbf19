import Kernels

/// The memory in which one thread at a time runs a network: activations, scratch and gradients of
/// activations for up to `maximumRows` samples.
///
/// All of it is allocated by `init`; `forward` and `backward` allocate, lock and wait for nothing.
/// The parameters and their gradient belong to the caller.
package final class Workspace {
  package let network: Network
  package let maximumRows: Int
  /// Measures the parts of `forward` and `backward` in training; nil measures nothing.
  package var timer: StepTimer?
  /// The network's, in boxes of our own: a call counts references to the box, and threads that
  /// shared one would wait for each other's caches.
  private let layers: [any Layer]
  private let isForTraining: Bool
  private let memory: AlignedBuffer<Float>
  private let buffers: [LayerBuffers]
  private let lossScratch: FloatView
  /// The first layer with parameters: `backward` has nothing to do before it.
  private let firstTrainable: Int
  // Of the last `forward`.
  private var rows = 0
  private var randomness = Randomness(seed: 0, step: 0, firstSample: 0)

  /// - Throws: `NetworkError` where the memory exceeds what this machine has.
  package init(network: Network, maximumRows: Int, training: Bool) throws(NetworkError) {
    let plan = WorkspacePlan(network: network, rows: maximumRows, training: training)
    try plan.check(memory: Sizes.physicalMemory)
    let memory = AlignedBuffer<Float>(count: plan.count)
    self.network = network
    self.maximumRows = maximumRows
    layers = network.layers.map { Self.boxed($0) }
    isForTraining = training
    self.memory = memory
    buffers = plan.layers.map { LayerBuffers($0, in: memory.view) }
    lossScratch = memory.view.slice(plan.lossScratch)
    firstTrainable = network.layers.firstIndex { !$0.parameters.isEmpty } ?? network.layers.count
  }

  /// Bytes that `init` would allocate, as a number that cannot overflow.
  package static func bytes(network: Network, maximumRows: Int, training: Bool) -> Double {
    WorkspacePlan(network: network, rows: maximumRows, training: training).bytes
  }

  /// (rows, inputs): to be filled before `forward`.
  package func input(rows: Int) -> FloatView {
    buffers[0].input.prefix(rows * buffers[0].inputWidth)
  }

  /// (rows, outputs) of the last `forward`.
  package var output: FloatView { last.output.prefix(rows * last.outputWidth) }

  /// (rows, outputs) of the last `forward`: to be filled before `backward`; `evaluate` does.
  package var outputGradient: FloatView { last.outputGradient.prefix(rows * last.outputWidth) }

  private var last: LayerBuffers { buffers[buffers.count - 1] }

  /// Runs the layers on the first `rows` rows of the input.
  package func forward(
    parameters: FloatView, rows: Int, mode: Mode,
    randomness: Randomness = Randomness(seed: 0, step: 0, firstSample: 0)
  ) {
    precondition(rows >= 0 && rows <= maximumRows, "rows beyond the workspace")
    precondition(mode == .evaluation || isForTraining, "a workspace for evaluation only")
    self.rows = rows
    self.randomness = randomness
    guard rows > 0 else { return }
    let timer = mode == .training ? timer : nil
    for index in buffers.indices {
      layers[index].forward(pass(index, parameters: parameters, mode: mode))
      timer?.end(.forward(layer: index))
    }
  }

  /// The loss of the last `forward`'s outputs, as `Loss.evaluate` gives it; with `gradient`, also
  /// fills `outputGradient`.
  package func evaluate(
    _ loss: Loss, targets: TargetBatch, weights: FloatView?, classWeights: FloatView?,
    gradient: Bool
  ) -> LossSum {
    loss.evaluate(
      outputs: output, targets: targets, weights: weights, classWeights: classWeights,
      gradient: gradient ? outputGradient : nil, rows: rows, columns: last.outputWidth,
      scratch: lossScratch)
  }

  /// From `outputGradient` finds the gradient of the parameters.
  ///
  /// Comes after a `forward` in training mode with the same parameters, and goes over its rows; of
  /// no rows the gradient is 0.
  /// - Parameters:
  ///   - gradient: laid out as the parameters.
  ///   - accumulates: add to `gradient` instead of overwriting it.
  package func backward(parameters: FloatView, gradient: FloatView, accumulates: Bool) {
    precondition(isForTraining, "a workspace for evaluation only")
    guard rows > 0 else {
      if !accumulates { gradient.fill(0) }
      return
    }
    let timer = timer
    var index = buffers.count - 1
    while index >= firstTrainable {
      var pass = pass(index, parameters: parameters, mode: .training)
      pass.gradient = gradient.slice(buffers[index].parameters)
      pass.accumulates = accumulates
      if index == firstTrainable { pass.inputGradient = nil }
      layers[index].backward(pass)
      timer?.end(.backward(layer: index))
      index -= 1
    }
  }

  private static func boxed(_ layer: some Layer) -> any Layer { layer }

  private func pass(_ index: Int, parameters: FloatView, mode: Mode) -> LayerPass {
    buffers[index].pass(
      layer: index, rows: rows, parameters: parameters, mode: mode, randomness: randomness)
  }
}
