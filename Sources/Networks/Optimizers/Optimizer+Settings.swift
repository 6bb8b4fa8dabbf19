import Settings

extension Optimizer {
  /// The names of the optimizers in settings and on the command line.
  public enum Name: String, CaseIterable, Sendable {
    case sgd, rmsprop, adam, adamW, adagrad
  }

  public var name: Name {
    switch self {
    case .sgd: .sgd
    case .rmsprop: .rmsprop
    case .adam: .adam
    case .adamW: .adamW
    case .adagrad: .adagrad
    }
  }

  /// Reads a name, or an object with the optimizer's parameters:
  /// `{ optimizer: "sgd", momentum: 0.9, nesterov: true }`.
  ///
  /// - Throws: `SettingsError` under `path`.
  public init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, named: "optimizer", of: Name.self, path: path)
    switch try reader.choice("optimizer", of: Name.self) {
    case .sgd: self = try Self.sgd(&reader)
    case .rmsprop:
      self = .rmsprop(
        alpha: try reader.fraction("alpha", default: 0.99), epsilon: try reader.epsilon(1e-8),
        momentum: try reader.fraction("momentum", default: 0),
        centered: try reader.boolean("centered", default: false))
    case .adam:
      let (beta1, beta2) = try reader.betas()
      self = .adam(beta1: beta1, beta2: beta2, epsilon: try reader.epsilon(1e-8))
    case .adamW:
      let (beta1, beta2) = try reader.betas()
      self = .adamW(beta1: beta1, beta2: beta2, epsilon: try reader.epsilon(1e-8))
    case .adagrad:
      self = .adagrad(
        epsilon: try reader.epsilon(1e-10),
        initialAccumulator: try reader.number(
          "initialAccumulator", "a number of at least 0", default: 0
        ) { $0 >= 0 && Float($0).isFinite })
    }
    try reader.finish()
  }

  private static func sgd(_ reader: inout SettingsReader) throws -> Optimizer {
    let momentum = try reader.fraction("momentum", default: 0)
    let dampening = try reader.number("dampening", "a number from 0 to 1", default: 0) {
      (0...1).contains($0)
    }
    let nesterov = try reader.boolean("nesterov", default: false)
    if nesterov, momentum == 0 || dampening != 0 {
      throw reader.error(
        "nesterov",
        "is true with momentum \(momentum) and dampening \(dampening); Nesterov's "
          + "momentum needs a momentum above 0 and no dampening")
    }
    return .sgd(momentum: momentum, dampening: dampening, nesterov: nesterov)
  }

  /// What `init(settings:path:)` reads, every default written out.
  public var settings: SettingValue {
    var members: [String: SettingValue] = ["optimizer": .string(name.rawValue)]
    switch self {
    case .sgd(let momentum, let dampening, let nesterov):
      members["momentum"] = .number(momentum)
      members["dampening"] = .number(dampening)
      members["nesterov"] = .boolean(nesterov)
    case .rmsprop(let alpha, let epsilon, let momentum, let centered):
      members["alpha"] = .number(alpha)
      members["epsilon"] = .number(epsilon)
      members["momentum"] = .number(momentum)
      members["centered"] = .boolean(centered)
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      members["betas"] = [.number(beta1), .number(beta2)]
      members["epsilon"] = .number(epsilon)
    case .adagrad(let epsilon, let initialAccumulator):
      members["epsilon"] = .number(epsilon)
      members["initialAccumulator"] = .number(initialAccumulator)
    }
    return .object(members)
  }
}

extension SettingsReader {
  fileprivate mutating func fraction(_ key: String, default fallback: Double) throws -> Double {
    try number(key, "a number from 0 up to, but not, 1", default: fallback) { $0 >= 0 && $0 < 1 }
  }

  fileprivate mutating func epsilon(_ fallback: Double) throws -> Double {
    try number("epsilon", "a number above 0", default: fallback) {
      Float($0) > 0 && Float($0).isFinite
    }
  }

  fileprivate mutating func betas() throws -> (Double, Double) {
    guard let values = try array("betas") else { return (0.9, 0.999) }
    let betas = values.compactMap { value -> Double? in
      switch value {
      case .number(let beta) where beta >= 0 && beta < 1: beta
      case .integer(0): 0
      default: nil
      }
    }
    guard values.count == 2, betas.count == 2 else {
      throw error(
        "betas",
        "is \(SettingValue.array(values).json()); expected two numbers from 0 up to, "
          + "but not, 1")
    }
    return (betas[0], betas[1])
  }
}
