import Settings

/// When checkpoints are written, besides before the first step, after each epoch and at the end,
/// and which of them are kept. It changes no bit of a run.
public struct CheckpointPolicy: Sendable, Equatable {
  /// Write one every so many optimizer steps.
  public var every: Int?
  /// Write one every so many minutes.
  public var minutes: Double?
  /// Where neither is given: as often as costs no more than this share of the run's time, measured;
  /// 0 is never.
  public var share = 0.02
  /// How many of the newest are kept.
  public var keep = 3
  /// Of which epochs the last checkpoint is kept for good: every so many.
  public var keepEvery: Int?

  public init() {}
}

extension CheckpointPolicy {
  init(_ members: SettingsReader) throws {
    var members = members
    let counts = 1...Int.max
    every = try members.optional("every") { try $0.integer("every", in: counts) }
    minutes = try members.optional("minutes") {
      try $0.number("minutes", "a number above 0") { $0 > 0 }
    }
    share = try members.number("share", "a number from 0 to 1", default: share) {
      (0...1).contains($0)
    }
    keep = try members.integer("keep", in: counts, default: keep)
    keepEvery = try members.optional("keepEvery") { try $0.integer("keepEvery", in: counts) }
    try members.finish()
  }

  var settings: SettingValue {
    var members: [String: SettingValue] = ["share": .number(share), "keep": .integer(keep)]
    members["every"] = every.map { .integer($0) }
    members["minutes"] = minutes.map { .number($0) }
    members["keepEvery"] = keepEvery.map { .integer($0) }
    return .object(members)
  }
}
