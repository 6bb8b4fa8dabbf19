import Settings

/// What pulls weights towards zero, besides the loss. The reported loss does not include it.
public struct Regularization: Sendable, Equatable {
  /// PyTorch's `weight_decay`: gradient += weightDecay · w; for adamW w −= learningRate ·
  /// weightDecay · w instead.
  public var weightDecay: Double
  /// The loss's part l1 · Σ |w|: gradient += l1 · sign(w).
  public var l1: Double
  /// The loss's part l2/2 · Σ w²: gradient += l2 · w.
  public var l2: Double
  /// Whether biases, too, are pulled.
  public var decayBiases: Bool

  public init(
    weightDecay: Double = 0, l1: Double = 0, l2: Double = 0, decayBiases: Bool = false
  ) {
    self.weightDecay = weightDecay
    self.l1 = l1
    self.l2 = l2
    self.decayBiases = decayBiases
  }
}

extension Regularization {
  /// Reads `weightDecay`, `l1`, `l2` and `decayBiases` of a run's settings.
  ///
  /// - Parameter optimizer: the run's; adamW's weight decay is 0.01 where none is given.
  package init(settings: inout SettingsReader, optimizer: Optimizer) throws {
    func strength(_ key: String, default fallback: Double = 0) throws -> Double {
      try settings.number(key, "a number of at least 0", default: fallback) {
        $0 >= 0 && Float($0).isFinite
      }
    }
    weightDecay = try strength("weightDecay", default: optimizer.defaultWeightDecay)
    l1 = try strength("l1")
    l2 = try strength("l2")
    decayBiases = try settings.boolean("decayBiases", default: false)
    if optimizer.name == .adamW, l2 != 0 {
      throw settings.error(
        "l2",
        "is \(l2), but adamW's pull towards zero is weightDecay, apart from the gradient; "
          + "set weightDecay, or take adam")
    }
  }

  /// The members that `init(settings:optimizer:)` reads.
  package var settings: [String: SettingValue] {
    [
      "weightDecay": .number(weightDecay), "l1": .number(l1), "l2": .number(l2),
      "decayBiases": .boolean(decayBiases),
    ]
  }

  /// Whether this pulls a tensor whose specification says `decays`.
  package func applies(to decays: Bool) -> Bool { decays || decayBiases }
}

extension Optimizer {
  /// The weight decay where settings name none: PyTorch's default.
  public var defaultWeightDecay: Double { name == .adamW ? 0.01 : 0 }
}
