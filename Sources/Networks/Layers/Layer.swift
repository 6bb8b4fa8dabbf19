import Kernels
import Settings

/// One step of a network: a function of a sample and of parameters, and its gradient.
///
/// A layer is an immutable value. It owns no memory: `forward` and `backward` read and write
/// buffers that they are handed, on the thread that calls them; any number of threads may use one
/// layer at once. Adding a layer is a file that conforms to this protocol and a line in
/// `layerRegistry`; `examples` then puts it under the tests that every layer must pass.
package protocol Layer: Sendable {
  /// The layer's name in settings and in the names of its tensors: `dense`.
  static var kind: String { get }

  /// Configurations that between them reach every branch of the layer. Tests check each one's
  /// gradient against finite differences, and that its settings read back as the same layer.
  static var examples: [(settings: SettingValue, inputShape: [Int])] { get }

  /// - Parameters:
  ///   - settings: the layer's object in the network's settings; `layer` is read already, and
  ///     `finish` is called by the caller.
  ///   - inputShape: the shape of one sample; `Network` has checked that its sides are positive and
  ///     that their product is no longer than a matrix may be (2³¹ − 1).
  /// - Throws: `SettingsError`.
  init(settings: inout SettingsReader, inputShape: [Int]) throws

  /// What `init` reads, every default written out; `layer` is added by the network.
  var settings: [String: SettingValue] { get }
  /// The layer in a few words, for `inspect`: `dense 512, relu`.
  var summary: String { get }

  var inputShape: [Int] { get }
  var outputShape: [Int] { get }
  var parameters: [ParameterSpecification] { get }
  /// Floats per sample that `forward` leaves for `backward`, besides input and output.
  var scratchPerSample: Int { get }
  /// Why nothing before this layer could learn, or nil where gradients pass.
  var untrainableReason: String? { get }

  /// Writes `pass.output`, and in training `pass.scratch`.
  func forward(_ pass: LayerPass)

  /// From `pass.outputGradient` finds `pass.inputGradient` (where there is one) and the gradient of
  /// the parameters. Comes after a `forward` in training mode on the same buffers.
  /// `outputGradient` may be overwritten.
  func backward(_ pass: LayerPass)
}

extension Layer {
  package var parameters: [ParameterSpecification] { [] }
  package var scratchPerSample: Int { 0 }
  package var untrainableReason: String? { nil }
}

/// Every layer there is.
package let layerRegistry: [any Layer.Type] = [
  DenseLayer.self,
  ActivationLayer.self,
  DropoutLayer.self,
]
