import Kernels
import Settings

@testable import Networks

/// A layer with memory for `rows` samples, run by itself.
struct LayerHarness {
  let layer: any Layer
  let rows: Int
  let input: AlignedBuffer<Float>
  let output: AlignedBuffer<Float>
  let parameters: AlignedBuffer<Float>
  let scratch: AlignedBuffer<Float>
  let outputGradient: AlignedBuffer<Float>
  let inputGradient: AlignedBuffer<Float>
  let gradient: AlignedBuffer<Float>
  let layout: ParameterLayout

  /// - Parameter seed: of the input, the parameters and the gradient of the output.
  init(_ layer: any Layer, rows: Int, seed: UInt64 = 1) {
    self.layer = layer
    self.rows = rows
    layout = ParameterLayout(layers: [(type(of: layer).kind, layer.parameters)])
    let inputs = rows * layer.inputShape.reduce(1, *)
    let outputs = rows * layer.outputShape.reduce(1, *)
    input = randomBuffer(inputs, seed: seed)
    parameters = randomBuffer(layout.count, seed: seed + 1000, deviation: 0.5)
    output = AlignedBuffer(count: outputs)
    scratch = AlignedBuffer(count: rows * layer.scratchPerSample)
    outputGradient = randomBuffer(outputs, seed: seed + 2000)
    inputGradient = randomBuffer(inputs, seed: seed + 3000)
    gradient = randomBuffer(layout.count, seed: seed + 4000)
  }

  func pass(
    mode: Mode = .training, accumulates: Bool = false, wantsInputGradient: Bool = true,
    randomness: Randomness = Randomness(seed: 3, step: 7, firstSample: 2)
  ) -> LayerPass {
    LayerPass(
      rows: rows, input: input.view, output: output.view, parameters: parameters.view,
      scratch: scratch.view, mode: mode, randomness: randomness, layer: 5,
      outputGradient: outputGradient.view,
      inputGradient: wantsInputGradient ? inputGradient.view : nil, gradient: gradient.view,
      accumulates: accumulates)
  }

  /// The layer of these settings.
  static func layer(
    _ type: any Layer.Type, _ settings: SettingValue, inputShape: [Int]
  ) throws -> any Layer {
    var reader = try SettingsReader(settings, path: type.kind)
    let layer = try type.init(settings: &reader, inputShape: inputShape)
    try reader.finish()
    return layer
  }

  /// Every example of every layer in the registry.
  static func examples() throws -> [any Layer] {
    try layerRegistry.flatMap { type in
      try type.examples.map { try layer(type, $0.settings, inputShape: $0.inputShape) }
    }
  }
}
