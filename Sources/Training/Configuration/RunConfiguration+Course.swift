import Datasets
import Settings

/// What of a run says how it goes on and ends, beside the mathematics of a step: what the
/// validation split decides, the moving average, where the parameters start, checkpoints.
extension RunConfiguration {
  mutating func readCourse(_ reader: inout SettingsReader) throws {
    earlyStopping = try reader.optional("earlyStopping") {
      try $0.integer("earlyStopping", in: 1...1_000_000)
    }
    best = try reader.choice("best", default: best)
    bestWeights = try reader.boolean("bestWeights", default: bestWeights)
    plateau = try reader.object("plateau").map { try Plateau($0) }
    ema = try reader.optional("ema") {
      try $0.number("ema", "a number from 0 to below 1") { (0..<1).contains($0) }
    }
    scheduleEpochs = try reader.optional("scheduleEpochs") {
      try $0.integer("scheduleEpochs", in: 0...1_000_000)
    }
    initFrom = try reader.value("initFrom").map {
      if case .string(let path) = $0 { return InitialWeights(path: path) }
      return try InitialWeights(SettingsReader($0, path: "\(reader.path).initFrom"))
    }
    if let members = try reader.object("checkpoints") {
      checkpoints = try CheckpointPolicy(members)
    }
  }

  var courseSettings: [String: SettingValue] {
    var members: [String: SettingValue] = [
      "best": .string(best.rawValue), "bestWeights": .boolean(bestWeights),
      "checkpoints": checkpoints.settings,
    ]
    members["earlyStopping"] = earlyStopping.map { .integer($0) }
    members["plateau"] = plateau?.settings
    members["ema"] = ema.map { .number($0) }
    members["scheduleEpochs"] = scheduleEpochs.map { .integer($0) }
    members["initFrom"] = initFrom?.settings
    return members
  }
}

extension RunConfiguration {
  /// - Throws: `TrainingError.unfit` where what validation is to decide cannot be decided.
  func checkCourse(model: Model, dataset: Dataset) throws {
    let needs: [(String, Bool)] = [
      ("earlyStopping", earlyStopping != nil), ("plateau", plateau != nil),
      ("bestWeights", bestWeights),
    ]
    for (setting, isAsked) in needs where isAsked && dataset.splits[.validation] == nil {
      throw TrainingError.unfit(
        setting: setting,
        problem: "needs a validation split, which \(dataset.path) does not have; "
          + "lockstep convert --validation-fraction makes one")
    }
    let isFit =
      switch best {
      case .loss: true
      case .accuracy: model.task == .classification
      case .meanAbsoluteError, .rootMeanSquaredError, .rSquared: model.task == .regression
      }
    guard isFit else {
      throw TrainingError.unfit(
        setting: "best",
        problem: "is \(best.rawValue), which a \(model.task.rawValue) does not have")
    }
  }

  /// The settings in which this differs from `other`, but those that a run may change: how long it
  /// is, and what it does about checkpoints.
  func differences(from other: RunConfiguration) -> [(key: String, here: String, there: String)] {
    guard case .object(let own) = settings, case .object(let others) = other.settings else {
      return []
    }
    let free: Set = ["epochs", "scheduleEpochs", "checkpoints"]
    return Set(own.keys).union(others.keys).subtracting(free).sorted().compactMap { key in
      guard own[key] != others[key] else { return nil }
      func words(_ value: SettingValue?) -> String { value.map { "\($0)" } ?? "nothing" }
      return (key, words(own[key]), words(others[key]))
    }
  }
}

/// A checkpoint whose weights a run starts from.
public struct InitialWeights: Sendable, Equatable {
  /// A checkpoint, or a run directory for the checkpoint that it stands for.
  public var path: String
  /// Whether tensors that only one of the two networks has, or in another shape, are left out.
  public var partial: Bool
  /// Of the checkpoint's parameters, filled in when the run is planned: the run cannot start anew
  /// from another file.
  public var parametersSHA256: String?

  public init(path: String, partial: Bool = false) {
    self.path = path
    self.partial = partial
  }
}

extension InitialWeights {
  init(_ members: SettingsReader) throws {
    var members = members
    path = try members.string("path")
    partial = try members.boolean("partial", default: false)
    parametersSHA256 = try members.optional("parametersSHA256") {
      try $0.string("parametersSHA256")
    }
    try members.finish()
  }

  var settings: SettingValue {
    var members: [String: SettingValue] = ["path": .string(path), "partial": .boolean(partial)]
    members["parametersSHA256"] = parametersSHA256.map { .string($0) }
    return .object(members)
  }
}
