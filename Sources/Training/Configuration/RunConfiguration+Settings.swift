import Datasets
import Networks
import Settings

extension RunConfiguration {
  /// Reads a run file's object strictly.
  ///
  /// - Parameter path: where the object stands, for messages.
  /// - Throws: `SettingsError` that names the setting, what was found and what is allowed.
  public init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    try readNetwork(&reader)
    task = try reader.optional("task") { try $0.choice("task") }
    loss = try reader.value("loss").map { try Loss(settings: $0, path: "\(path).loss") }
    if let value = reader.value("optimizer") {
      optimizer = try Optimizer(settings: value, path: "\(path).optimizer")
    }
    learningRate = try reader.number(
      "learningRate", "a number above 0 that single precision holds (1.5e-45 to 3.4e38)",
      default: learningRate
    ) { Float($0) > 0 && Float($0).isFinite }
    if let value = reader.value("schedule") {
      schedule = try Schedule(settings: value, path: "\(path).schedule")
    }
    regularization = try Regularization(settings: &reader, optimizer: optimizer)
    clipNorm = try reader.optional("clipNorm") {
      try $0.number("clipNorm", "a number above 0") { $0 > 0 }
    }
    batchSize = try reader.optional("batchSize") { try $0.integer("batchSize", in: 1...1 << 24) }
    accumulate = try reader.integer("accumulate", in: 1...1 << 20, default: accumulate)
    epochs = try reader.integer("epochs", in: 0...1_000_000, default: epochs)
    seed = UInt64(try reader.integer("seed", in: 0...Int.max, default: Int(seed)))
    shards = try reader.optional("shards") { try $0.integer("shards", in: 1...65_536) }
    try readClassWeights(&reader)
    try readShuffle(&reader)
    try readCourse(&reader)
    topK = try reader.integers("topK", in: 1...1_000_000) ?? topK
    try reader.finish()
  }

  private mutating func readNetwork(_ reader: inout SettingsReader) throws {
    if let layers = reader.value("network") {
      network = try NetworkDescription(settings: layers, path: "\(reader.path).network")
      for key in ["hidden", "activation", "dropout", "outputActivation"]
      where reader.value(key) != nil {
        throw reader.error(
          key, "stands beside network, which lists every layer with its own; give one of the two")
      }
      return
    }
    hidden = try reader.integers("hidden", in: 1...1 << 24) ?? hidden
    activation = Activation(try reader.choice("activation", default: activation.name))
    dropout = try reader.number("dropout", "a number from 0 to below 1", default: dropout) {
      (0..<1).contains($0) && Float($0) < 1
    }
    outputActivation = try reader.optional("outputActivation") {
      try $0.choice("outputActivation")
    }
  }

  private mutating func readClassWeights(_ reader: inout SettingsReader) throws {
    guard let value = reader.value("classWeights") else { return }
    let expectation = "\"balanced\" or an array of numbers of at least 0, one per class"
    switch value {
    case .string("balanced"): classWeights = .balanced
    case .array(let elements):
      classWeights = .given(
        try elements.map { element in
          guard let weight = element.asDouble, weight.isFinite, weight >= 0 else {
            throw reader.error("classWeights", "has \(element); expected \(expectation)")
          }
          return weight
        })
    default:
      throw reader.error("classWeights", "is \(value); expected \(expectation)")
    }
  }

  private mutating func readShuffle(_ reader: inout SettingsReader) throws {
    guard let value = reader.value("shuffle") else { return }
    if case .string = value {
      var word = try SettingsReader(["shuffle": value], path: reader.path)
      shuffle.mode = try word.choice("shuffle")
      return
    }
    var members = try SettingsReader(value, path: "\(reader.path).shuffle")
    shuffle.mode = try members.optional("mode") { try $0.choice("mode") }
    shuffle.blockRows = try members.optional("blockRows") {
      try $0.integer("blockRows", in: 1...Int(Int32.max))
    }
    shuffle.windowBlocks = try members.optional("windowBlocks") {
      try $0.integer("windowBlocks", in: 1...Int(Int32.max))
    }
    try members.finish()
  }

  /// The object that `init(settings:)` reads back as this configuration.
  public var settings: SettingValue {
    var members: [String: SettingValue] = [
      "optimizer": optimizer.settings, "learningRate": .number(learningRate),
      "schedule": schedule.settings, "accumulate": .integer(accumulate),
      "epochs": .integer(epochs), "seed": .integer(Int(seed)),
      "topK": .array(topK.map { .integer($0) }),
    ]
    if let network {
      members["network"] = network.settings
    } else {
      members["hidden"] = .array(hidden.map { .integer($0) })
      members["activation"] = .string(activation.name.rawValue)
      members["dropout"] = .number(dropout)
      members["outputActivation"] = outputActivation.map { .string($0.rawValue) }
    }
    members["task"] = task.map { .string($0.rawValue) }
    members["loss"] = loss?.settings
    if let regularization { members.merge(regularization.settings) { $1 } }
    members["clipNorm"] = clipNorm.map { .number($0) }
    members["batchSize"] = batchSize.map { .integer($0) }
    members["shards"] = shards.map { .integer($0) }
    members.merge(courseSettings) { $1 }
    switch classWeights {
    case .balanced: members["classWeights"] = "balanced"
    case .given(let weights): members["classWeights"] = .array(weights.map { .number($0) })
    case nil: break
    }
    var shuffling: [String: SettingValue] = [:]
    shuffling["mode"] = shuffle.mode.map { .string($0.rawValue) }
    shuffling["blockRows"] = shuffle.blockRows.map { .integer($0) }
    shuffling["windowBlocks"] = shuffle.windowBlocks.map { .integer($0) }
    if !shuffling.isEmpty { members["shuffle"] = .object(shuffling) }
    return .object(members)
  }
}
