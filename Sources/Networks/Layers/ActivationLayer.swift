import Kernels
import Settings

/// An activation function by itself: y = f(x). Softmax is over the last axis.
///
/// Input and output: (batch, …). Where a dense layer comes before, its own `activation` does the
/// same in one pass less over memory.
package struct ActivationLayer: Layer {
  package static let kind = "activation"

  package static let examples: [(settings: SettingValue, inputShape: [Int])] =
    Activation.Name.allCases.map { name in
      var settings: [String: SettingValue] = ["activation": .string(name.rawValue)]
      if name == .step { settings["straightThrough"] = true }
      return (.object(settings), [2, 3])
    } + [
      (["activation": "elu", "alpha": 0.5], [9])
    ]

  package let inputShape: [Int]
  let activation: Activation
  private let count: Int
  private let columns: Int
  private let step: RowActivation

  package init(settings: inout SettingsReader, inputShape: [Int]) throws {
    self.inputShape = inputShape
    activation = try Activation(settings: &settings)
    count = inputShape.reduce(1, *)
    columns = inputShape.last ?? 1
    step = RowActivation(activation)
  }

  package var settings: [String: SettingValue] { activation.settings }
  package var summary: String { activation.name.rawValue }
  package var outputShape: [Int] { inputShape }
  package var scratchPerSample: Int { step.needsPreactivation ? count : 0 }
  package var untrainableReason: String? { activation.untrainableReason }

  package func forward(_ pass: LayerPass) {
    pass.output.copy(from: pass.input)
    step.forward(perVector(pass), columns: columns, bias: nil)
  }

  package func backward(_ pass: LayerPass) {
    guard let inputGradient = pass.inputGradient else { return }
    step.backward(perVector(pass), columns: columns, biasGradient: nil)
    inputGradient.copy(from: pass.outputGradient)
  }

  /// The pass with every vector of the last axis as a row.
  private func perVector(_ pass: LayerPass) -> LayerPass {
    var pass = pass
    pass.rows *= count / columns
    return pass
  }
}
