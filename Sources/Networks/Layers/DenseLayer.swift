import Kernels
import Settings

/// A fully connected layer: y = f(W·x + b).
///
/// Input: (batch, …), flattened to (batch, inputs). Output: (batch, units).
/// `weight` is (units, inputs), drawn from `initializer`, by default the activation's
/// `defaultInitializer`; `bias` is (units), 0.
package struct DenseLayer: Layer {
  package static let kind = "dense"

  package static let examples: [(settings: SettingValue, inputShape: [Int])] =
    Activation.Name.allCases.map { name in
      var settings: [String: SettingValue] = ["units": 4, "activation": .string(name.rawValue)]
      if name == .step { settings["straightThrough"] = true }
      return (.object(settings), [5])
    } + [
      (["units": 3], [2, 3]),
      (["units": 1, "bias": false, "activation": "gelu", "initializer": "heNormal"], [7]),
      (["units": 17, "activation": "leakyRelu", "alpha": 0.2], []),
    ]

  package let inputShape: [Int]
  let inputs: Int
  let units: Int
  let activation: Activation
  let hasBias: Bool
  let initializer: Initializer
  private let step: RowActivation
  private let biasOffset: Int

  package init(settings: inout SettingsReader, inputShape: [Int]) throws {
    self.inputShape = inputShape
    inputs = inputShape.reduce(1, *)
    units = try settings.integer("units", in: 1...Sizes.maximumWidth)
    activation = try Activation(settings: &settings, default: .identity)
    hasBias = try settings.boolean("bias", default: true)
    initializer = try settings.choice("initializer", default: activation.defaultInitializer)
    step = RowActivation(activation)
    biasOffset = ParameterLayout.aligned(units * inputs)
  }

  package var settings: [String: SettingValue] {
    activation.settings.merging([
      "units": .integer(units), "bias": .boolean(hasBias),
      "initializer": .string(initializer.rawValue),
    ]) { $1 }
  }

  package var summary: String {
    "dense \(units)\(activation == .identity ? "" : ", \(activation.name.rawValue)")"
      + (hasBias ? "" : ", no bias")
  }

  package var outputShape: [Int] { [units] }

  package var parameters: [ParameterSpecification] {
    let weight = ParameterSpecification(
      name: "weight", shape: [units, inputs], initializer: initializer, decays: true)
    let bias = ParameterSpecification(
      name: "bias", shape: [units], initializer: .zeros, decays: false)
    return hasBias ? [weight, bias] : [weight]
  }

  package var scratchPerSample: Int { step.needsPreactivation ? units : 0 }
  package var untrainableReason: String? { activation.untrainableReason }

  package func forward(_ pass: LayerPass) {
    Matmul.multiply(
      .nt, m: pass.rows, n: units, k: inputs, a: pass.input, b: weight(of: pass.parameters),
      into: pass.output)
    step.forward(pass, columns: units, bias: bias(of: pass.parameters))
  }

  package func backward(_ pass: LayerPass) {
    step.backward(pass, columns: units, biasGradient: bias(of: pass.gradient))
    Matmul.multiply(
      .tn, m: units, n: inputs, k: pass.rows, a: pass.outputGradient, b: pass.input,
      into: weight(of: pass.gradient), accumulate: pass.accumulates)
    if let inputGradient = pass.inputGradient {
      Matmul.multiply(
        .nn, m: pass.rows, n: inputs, k: units, a: pass.outputGradient,
        b: weight(of: pass.parameters), into: inputGradient)
    }
  }

  private func weight(of parameters: FloatView) -> FloatView {
    parameters.prefix(units * inputs)
  }

  private func bias(of parameters: FloatView) -> FloatView? {
    hasBias ? parameters.slice(biasOffset..<biasOffset + units) : nil
  }
}
