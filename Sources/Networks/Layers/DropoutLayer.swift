import Kernels
import Settings

/// Dropout: in training each number is set to 0 with probability `rate`, and divided by
/// 1 − `rate` otherwise, so that its expectation stays; in use numbers pass unchanged
/// (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014).
///
/// Input and output: (batch, …). Which numbers drop is a function of seed, step, layer and the
/// sample's position in the step, so that neither shards nor a resume change it.
package struct DropoutLayer: Layer {
  package static let kind = "dropout"

  package static let examples: [(settings: SettingValue, inputShape: [Int])] = [
    (["rate": 0.5], [6]),
    (["rate": 0.1], [3, 5]),
    (["rate": 0], [4]),
  ]

  package let inputShape: [Int]
  let rate: Double
  private let count: Int

  package init(settings: inout SettingsReader, inputShape: [Int]) throws {
    self.inputShape = inputShape
    rate = try settings.number("rate", "a number from 0 up to, but not, 1") {
      $0 >= 0 && Float($0) < 1
    }
    count = inputShape.reduce(1, *)
  }

  package var settings: [String: SettingValue] { ["rate": .number(rate)] }
  package var summary: String { "dropout \(rate)" }
  package var outputShape: [Int] { inputShape }
  /// The mask.
  package var scratchPerSample: Int { rate > 0 ? count : 0 }

  package func forward(_ pass: LayerPass) {
    guard pass.mode == .training, rate > 0 else { return pass.output.copy(from: pass.input) }
    Dropout.mask(
      seed: pass.randomness.seed, step: pass.randomness.step, layer: pass.layer,
      firstSample: pass.randomness.firstSample, rows: pass.rows, columns: count,
      rate: Float(rate), into: pass.scratch)
    Elementwise.multiply(pass.input, pass.scratch, into: pass.output)
  }

  package func backward(_ pass: LayerPass) {
    guard let inputGradient = pass.inputGradient else { return }
    guard rate > 0 else { return inputGradient.copy(from: pass.outputGradient) }
    Elementwise.multiply(pass.outputGradient, pass.scratch, into: inputGradient)
  }
}
