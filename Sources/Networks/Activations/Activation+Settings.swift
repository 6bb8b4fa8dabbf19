import Settings

extension Activation {
  /// The names of the activations in settings and on the command line.
  public enum Name: String, CaseIterable, Sendable {
    case identity, step, sigmoid, relu, softmax, tanh, leakyRelu, elu, softplus, gelu, silu
  }

  /// The activation of this name with its usual parameters.
  public init(_ name: Name) {
    switch name {
    case .identity: self = .identity
    case .step: self = .step()
    case .sigmoid: self = .sigmoid
    case .relu: self = .relu
    case .softmax: self = .softmax
    case .tanh: self = .tanh
    case .leakyRelu: self = .leakyRelu()
    case .elu: self = .elu()
    case .softplus: self = .softplus
    case .gelu: self = .gelu
    case .silu: self = .silu
    }
  }

  public var name: Name {
    switch self {
    case .identity: .identity
    case .step: .step
    case .sigmoid: .sigmoid
    case .relu: .relu
    case .softmax: .softmax
    case .tanh: .tanh
    case .leakyRelu: .leakyRelu
    case .elu: .elu
    case .softplus: .softplus
    case .gelu: .gelu
    case .silu: .silu
    }
  }

  /// Reads a layer's `activation` and what belongs to it: `alpha` of leakyRelu and elu,
  /// `straightThrough` of step.
  init(settings: inout SettingsReader, default fallback: Name? = nil) throws {
    self.init(try settings.choice("activation", default: fallback))
    switch self {
    case .leakyRelu(let alpha): self = .leakyRelu(alpha: try Self.alpha(&settings, alpha))
    case .elu(let alpha): self = .elu(alpha: try Self.alpha(&settings, alpha))
    case .step:
      self = .step(straightThrough: try settings.boolean("straightThrough", default: false))
    default: break
    }
  }

  private static func alpha(_ settings: inout SettingsReader, _ fallback: Double) throws -> Double {
    try settings.number("alpha", "a number above 0, up to 1000", default: fallback) {
      $0 > 0 && $0 <= 1000
    }
  }

  /// The members that `init(settings:)` reads.
  var settings: [String: SettingValue] {
    var members: [String: SettingValue] = ["activation": .string(name.rawValue)]
    switch self {
    case .leakyRelu(let alpha), .elu(let alpha): members["alpha"] = .number(alpha)
    case .step(let straightThrough): members["straightThrough"] = .boolean(straightThrough)
    default: break
    }
    return members
  }
}
