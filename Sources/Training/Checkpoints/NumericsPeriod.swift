import Settings

/// From which step on a run's numbers come from which program, instruction set and libraries.
public struct NumericsPeriod: Sendable, Equatable {
  public var step: Int
  public var identity: String
}

extension NumericsPeriod {
  var settings: SettingValue { ["step": .integer(step), "identity": .string(identity)] }

  init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    step = try reader.integer("step", in: 0...Int.max)
    identity = try reader.string("identity")
    try reader.finish()
  }
}
