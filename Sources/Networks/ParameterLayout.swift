/// What a layer says about one of its parameter tensors.
public struct ParameterSpecification: Sendable, Equatable {
  /// The tensor's name within its layer: `weight`.
  public var name: String
  public var shape: [Int]
  public var initializer: Initializer
  /// Whether weight decay, L1 and L2 apply: weights yes; biases only where asked for.
  public var decays: Bool

  public init(name: String, shape: [Int], initializer: Initializer, decays: Bool) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.decays = decays
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
}

/// Where each parameter tensor of a network lies in one flat buffer of floats.
///
/// Gradients and optimizer states use the same layout, so that reduction, clipping, updates and
/// checkpoints are loops over flat ranges. Every tensor starts at a multiple of 16 floats (64
/// bytes, a cache line); the floats between tensors are padding, zero in every buffer.
public struct ParameterLayout: Sendable, Equatable {
  public struct Tensor: Sendable, Equatable {
    /// `<index>-<layer>/<name>`: `0-dense/weight`, its path in a checkpoint.
    public var name: String
    public var shape: [Int]
    /// Its floats in the flat buffer, row-major, without padding.
    public var range: Range<Int>
    /// The index of its layer in the network.
    public var layer: Int
    public var initializer: Initializer
    public var decays: Bool
  }

  public let tensors: [Tensor]
  /// The length of the flat buffer, padding included: a multiple of 16.
  public let count: Int
  /// Each layer's part of the flat buffer, padding included; empty for a layer without parameters.
  package let layerRanges: [Range<Int>]

  /// - Parameter layers: of each layer in order its kind (`dense`) and its parameters.
  init(layers: [(kind: String, parameters: [ParameterSpecification])]) {
    var tensors: [Tensor] = []
    var layerRanges: [Range<Int>] = []
    var end = 0
    for (index, layer) in layers.enumerated() {
      let start = end
      for parameter in layer.parameters {
        tensors.append(
          Tensor(
            name: "\(index)-\(layer.kind)/\(parameter.name)", shape: parameter.shape,
            range: end..<end + parameter.count, layer: index,
            initializer: parameter.initializer, decays: parameter.decays))
        end = Self.aligned(end + parameter.count)
      }
      layerRanges.append(start..<end)
    }
    self.tensors = tensors
    self.layerRanges = layerRanges
    count = end
  }

  /// The number of trainable numbers, padding not counted.
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.range.count } }

  /// `position`, moved up to where a tensor may start. Within its own range a layer's tensors
  /// follow each other by this rule too.
  package static func aligned(_ position: Int) -> Int { (position + 15) & ~15 }
}
