import Settings

/// Lowers the learning rate when the validation metric stops getting better: PyTorch's
/// ReduceLROnPlateau with a relative threshold. It multiplies whatever the schedule says.
public struct Plateau: Sendable, Equatable {
  /// Epochs without a better metric that are put up with.
  public var patience = 10
  /// What the learning rate is multiplied with.
  public var factor = 0.1
  /// By how much of the best value a value must be better to count.
  public var threshold = 1e-4
  /// Epochs after a reduction that do not count.
  public var cooldown = 0
  /// The learning rate is not lowered below this.
  public var minimum = 0.0

  public init() {}

  /// Where it stands.
  struct State: Sendable, Equatable {
    /// What the learning rate is multiplied with by now.
    var scale = 1.0
    var best: Double?
    var badEpochs = 0
    var cooldownLeft = 0
  }

  /// Takes an epoch's metric in.
  func advance(_ state: inout State, by value: Double, metric: BestMetric) {
    if metric.isBetter(value, than: state.best, threshold: threshold) {
      state.best = value
      state.badEpochs = 0
    } else {
      state.badEpochs += 1
    }
    if state.cooldownLeft > 0 {
      state.cooldownLeft -= 1
      state.badEpochs = 0
    }
    guard state.badEpochs > patience else { return }
    state.scale *= factor
    state.badEpochs = 0
    state.cooldownLeft = cooldown
  }

  /// The learning rate where the schedule says `rate`.
  func learningRate(_ rate: Double, _ state: State) -> Double {
    max(rate * state.scale, min(rate, minimum))
  }
}

extension Plateau {
  init(_ members: SettingsReader) throws {
    var members = members
    patience = try members.integer("patience", in: 0...1_000_000, default: patience)
    factor = try members.number("factor", "a number above 0 and below 1", default: factor) {
      $0 > 0 && $0 < 1
    }
    threshold = try members.number("threshold", "a number from 0 to below 1", default: threshold) {
      (0..<1).contains($0)
    }
    cooldown = try members.integer("cooldown", in: 0...1_000_000, default: cooldown)
    minimum = try members.number("minimum", "a number of at least 0", default: minimum) { $0 >= 0 }
    try members.finish()
  }

  var settings: SettingValue {
    [
      "patience": .integer(patience), "factor": .number(factor),
      "threshold": .number(threshold), "cooldown": .integer(cooldown),
      "minimum": .number(minimum),
    ]
  }
}

extension Plateau.State {
  var settings: SettingValue {
    var members: [String: SettingValue] = [
      "scale": .number(scale), "badEpochs": .integer(badEpochs),
      "cooldownLeft": .integer(cooldownLeft),
    ]
    members["best"] = best.map { .number($0) }
    return .object(members)
  }

  init(_ members: SettingsReader) throws {
    var members = members
    scale = try members.number("scale", "a number") { _ in true }
    badEpochs = try members.integer("badEpochs", in: 0...Int.max)
    cooldownLeft = try members.integer("cooldownLeft", in: 0...Int.max)
    best = try members.optional("best") { try $0.number("best", "a number") { _ in true } }
    try members.finish()
  }
}
