import Kernels

/// Where in a workspace's memory each layer's activations, scratch and gradients lie.
struct WorkspacePlan {
  struct Layer {
    var inputWidth = 0
    var outputWidth = 0
    var scratchWidth = 0
    var input = 0..<0
    var output = 0..<0
    var scratch = 0..<0
    var inputGradient = 0..<0
    var outputGradient = 0..<0
    /// In the flat buffer of parameters.
    var parameters = 0..<0
  }

  private(set) var layers: [Layer] = []
  private(set) var lossScratch = 0..<0
  /// Floats in all.
  private(set) var count = 0
  /// The same in bytes, right even where `count` is beyond what an integer holds and the plan void.
  let bytes: Double
  private let floatsPerSample: Double
  private let rows: Int

  init(network: Network, rows: Int, training: Bool) {
    let widths = [network.inputs] + network.layers.map { $0.outputShape.reduce(1, *) }
    let scratch = network.layers.map { training ? $0.scratchPerSample : 0 }
    let loss = Loss.scratchPerSample(columns: network.outputs)
    let activations =
      training ? widths.sum : Double(network.inputs) + 2 * Double(widths.dropFirst().max() ?? 0)
    let gradients = training ? 2 * Double(widths.max() ?? 0) : 0
    self.rows = rows
    floatsPerSample = activations + gradients + scratch.sum + Double(loss)
    bytes = 4 * floatsPerSample * Double(rows)
    guard bytes < 0x1p60 else { return }

    let input = take(rows * network.inputs)
    let inUse = (0..<2).map { _ in training ? 0..<0 : take(rows * (widths.dropFirst().max() ?? 0)) }
    let gradient = (0..<2).map { _ in training ? take(rows * (widths.max() ?? 0)) : 0..<0 }
    for index in network.layers.indices {
      var layer = Layer()
      layer.inputWidth = widths[index]
      layer.outputWidth = widths[index + 1]
      layer.scratchWidth = scratch[index]
      layer.input = layers.last?.output ?? input
      layer.output = training ? take(rows * layer.outputWidth) : inUse[index % 2]
      layer.scratch = take(rows * layer.scratchWidth)
      layer.inputGradient = gradient[index % 2]
      layer.outputGradient = gradient[(index + 1) % 2]
      layer.parameters = network.layout.layerRanges[index]
      layers.append(layer)
    }
    lossScratch = take(rows * loss)
  }

  /// A range of `length` floats that starts at a cache line.
  private mutating func take(_ length: Int) -> Range<Int> {
    let start = count
    count = ParameterLayout.aligned(start + length)
    return start..<start + length
  }

  func check(memory: Int) throws(NetworkError) {
    guard bytes > Double(memory) else { return }
    throw NetworkError(
      setting: "batchSize",
      "\(Sizes.text(count: rows)) samples × \(Sizes.text(count: Int(floatsPerSample))) numbers "
        + "(activations and their gradients) × 4 bytes = \(Sizes.text(bytes: bytes)); this "
        + "machine has \(Sizes.text(bytes: Double(memory))) of memory: take smaller batches, or "
        + "a smaller network")
  }
}

extension [Int] {
  fileprivate var sum: Double { reduce(0) { $0 + Double($1) } }
}

/// A layer's views of a workspace, made once, so that a pass is put together without arithmetic on
/// shapes.
struct LayerBuffers {
  let inputWidth: Int
  let outputWidth: Int
  private let scratchWidth: Int
  let input: FloatView
  let output: FloatView
  private let scratch: FloatView
  private let inputGradient: FloatView
  let outputGradient: FloatView
  let parameters: Range<Int>
  private let hasGradients: Bool

  init(_ plan: WorkspacePlan.Layer, in memory: FloatView) {
    inputWidth = plan.inputWidth
    outputWidth = plan.outputWidth
    scratchWidth = plan.scratchWidth
    input = memory.slice(plan.input)
    output = memory.slice(plan.output)
    scratch = memory.slice(plan.scratch)
    inputGradient = memory.slice(plan.inputGradient)
    outputGradient = memory.slice(plan.outputGradient)
    parameters = plan.parameters
    hasGradients = !plan.outputGradient.isEmpty
  }

  /// The pass over the first `rows` rows, but for the gradient of the parameters.
  func pass(
    layer: Int, rows: Int, parameters: FloatView, mode: Mode, randomness: Randomness
  ) -> LayerPass {
    let layerParameters = parameters.slice(self.parameters)
    return LayerPass(
      rows: rows, input: input.prefix(rows * inputWidth),
      output: output.prefix(rows * outputWidth), parameters: layerParameters,
      scratch: scratch.prefix(rows * scratchWidth), mode: mode, randomness: randomness,
      layer: layer,
      outputGradient: hasGradients ? outputGradient.prefix(rows * outputWidth) : outputGradient,
      inputGradient: hasGradients ? inputGradient.prefix(rows * inputWidth) : nil,
      gradient: layerParameters, accumulates: false)
  }
}
