import Kernels
import Settings

/// A chain of layers, each reading what the one before wrote.
///
/// A network is an immutable value without parameters: these live in flat buffers that `layout`
/// describes, and activations in a `Workspace`. Any number of threads may use one network.
public struct Network: Sendable {
  /// The shape of one sample, without the batch.
  public let inputShape: [Int]
  package let layers: [any Layer]
  public let layout: ParameterLayout
  /// The shape of one sample's outputs.
  public let outputShape: [Int]
  /// The numbers of one sample's input and outputs.
  public let inputs: Int
  public let outputs: Int

  /// - Parameters:
  ///   - inputShape: the shape of one sample: `[28, 28]`, or `[]` for a single number.
  ///   - path: where the description stands, for messages: `run.json5: network`.
  /// - Throws: `SettingsError` that names the layer and the setting; also for a network whose
  ///   parameters exceed this machine's memory.
  public init(
    _ description: NetworkDescription, inputShape: [Int], path: String = "network"
  ) throws {
    try self.init(
      description, inputShape: inputShape, path: path, memory: Sizes.physicalMemory)
  }

  /// - Parameter memory: bytes that the parameters may take.
  init(
    _ description: NetworkDescription, inputShape: [Int], path: String, memory: Int
  ) throws {
    guard (1...Sizes.maximumLayers).contains(description.layers.count) else {
      throw SettingsError(
        path: path,
        problem: "has \(description.layers.count) layers; expected from 1 to "
          + "\(Sizes.maximumLayers)")
    }
    var layers: [any Layer] = []
    var count = 0
    var shape = inputShape
    for (index, settings) in description.layers.enumerated() {
      let path = "\(path)[\(index)]"
      guard Sizes.width(of: shape) != nil else {
        throw SettingsError(
          path: path,
          problem: "its input has shape \(Sizes.text(shape: shape)); expected sides of at least 1, "
            + "and at most \(Sizes.text(count: Sizes.maximumWidth)) numbers in all")
      }
      let layer = try Self.layer(settings, inputShape: shape, path: path)
      count = try Self.count(count, adding: layer, path: path, memory: memory)
      layers.append(layer)
      shape = layer.outputShape
    }
    self.inputShape = inputShape
    self.layers = layers
    outputShape = shape
    inputs = inputShape.reduce(1, *)
    outputs = shape.reduce(1, *)
    layout = ParameterLayout(layers: layers.map { (type(of: $0).kind, $0.parameters) })
  }

  /// The activation that the outputs come from. Before a cross-entropy loss, which applies softmax
  /// or sigmoid itself, it should be identity.
  public var outputActivation: Activation {
    switch layers.last {
    case let layer as DenseLayer: layer.activation
    case let layer as ActivationLayer: layer.activation
    default: .identity
    }
  }

  /// The settings that make this network again, every default written out.
  public var description: NetworkDescription {
    NetworkDescription(
      layers: layers.map { layer in
        .object(layer.settings.merging(["layer": .string(type(of: layer).kind)]) { $1 })
      })
  }

  /// - Throws: `NetworkError` that says which layer keeps this network from learning.
  public func checkTrainable() throws(NetworkError) {
    for (index, layer) in layers.enumerated() {
      guard let reason = layer.untrainableReason else { continue }
      throw NetworkError(
        setting: "activation",
        "layer \(index) (\(layer.summary)) cannot be trained through: \(reason)")
    }
    guard layout.parameterCount > 0 else {
      throw NetworkError(
        setting: "hidden", "the network has no parameters, so that there is nothing to train")
    }
  }
}

extension Network {
  private static func layer(
    _ settings: SettingValue, inputShape: [Int], path: String
  ) throws -> any Layer {
    var reader = try SettingsReader(settings, path: path)
    let kind = try reader.string("layer")
    guard let type = layerRegistry.first(where: { $0.kind == kind }) else {
      let known = layerRegistry.map { $0.kind }.joined(separator: ", ")
      throw reader.error("layer", "is \"\(kind)\"; expected one of \(known)")
    }
    let layer = try type.init(settings: &reader, inputShape: inputShape)
    try reader.finish()
    return layer
  }

  /// The floats of all parameters so far and of `layer`, which must fit into `memory`.
  private static func count(
    _ before: Int, adding layer: any Layer, path: String, memory: Int
  ) throws -> Int {
    let sides = layer.parameters.map { $0.shape.map(Double.init).reduce(1, *) }
    let total = Double(before) + sides.reduce(0, +)
    guard total * 4 <= Double(memory) else {
      let sum = layer.parameters.map { parameter in
        "\(parameter.shape.map(String.init).joined(separator: " × ")) (\(parameter.name))"
      }
      let earlier = before > 0 ? "with the \(Sizes.text(count: before)) before " : ""
      throw SettingsError(
        path: path,
        problem: "has \(sum.joined(separator: " + ")) parameters; \(earlier)they take "
          + "\(Sizes.text(bytes: total * 4)) as 4-byte floats, and this machine has "
          + "\(Sizes.text(bytes: Double(memory))) of memory")
    }
    return Int(total)
  }
}
