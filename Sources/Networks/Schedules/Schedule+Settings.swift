import Settings

extension Schedule {
  /// The names of the schedules in settings and on the command line.
  public enum Name: String, CaseIterable, Sendable {
    case constant, step, exponential, cosine, oneCycle
  }

  public var name: Name {
    switch kind {
    case .constant: .constant
    case .step: .step
    case .exponential: .exponential
    case .cosine: .cosine
    case .oneCycle: .oneCycle
    }
  }

  /// Reads a name, or an object with the schedule's parameters:
  /// `{ schedule: "cosine", minimum: 1e-5, warmupSteps: 500 }`.
  ///
  /// - Throws: `SettingsError` under `path`.
  public init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, named: "schedule", of: Name.self, path: path)
    switch try reader.choice("schedule", of: Name.self) {
    case .constant: kind = .constant
    case .step:
      kind = .step(
        every: try reader.integer("every", in: 1...Int.max),
        gamma: try reader.gamma(default: 0.1))
    case .exponential: kind = .exponential(gamma: try reader.gamma())
    case .cosine:
      kind = .cosine(
        minimum: try reader.number("minimum", "a learning rate of at least 0", default: 0) {
          $0 >= 0
        })
    case .oneCycle:
      kind = .oneCycle(
        pctStart: try reader.number("pctStart", "a number from 0 to 1", default: 0.3) {
          (0...1).contains($0)
        },
        divFactor: try reader.factor("divFactor", default: 25),
        finalDivFactor: try reader.factor("finalDivFactor", default: 1e4))
    }
    warmupSteps = try reader.integer("warmupSteps", in: 0...Int.max, default: 0)
    try reader.finish()
  }

  /// What `init(settings:path:)` reads, every default written out.
  public var settings: SettingValue {
    var members: [String: SettingValue] = [
      "schedule": .string(name.rawValue), "warmupSteps": .integer(warmupSteps),
    ]
    switch kind {
    case .constant: break
    case .step(let every, let gamma):
      members["every"] = .integer(every)
      members["gamma"] = .number(gamma)
    case .exponential(let gamma): members["gamma"] = .number(gamma)
    case .cosine(let minimum): members["minimum"] = .number(minimum)
    case .oneCycle(let pctStart, let divFactor, let finalDivFactor):
      members["pctStart"] = .number(pctStart)
      members["divFactor"] = .number(divFactor)
      members["finalDivFactor"] = .number(finalDivFactor)
    }
    return .object(members)
  }
}

extension SettingsReader {
  fileprivate mutating func gamma(default fallback: Double? = nil) throws -> Double {
    try number("gamma", "a number above 0, up to 1", default: fallback) { $0 > 0 && $0 <= 1 }
  }

  fileprivate mutating func factor(_ key: String, default fallback: Double) throws -> Double {
    try number(key, "a number above 0", default: fallback) { $0 > 0 }
  }
}
