import Settings

extension EpochReport {
  /// This report as a JSON object.
  public var settings: SettingValue {
    var train: [String: SettingValue] = ["loss": .number(trainLoss)]
    train["accuracy"] = trainAccuracy.map { .number($0) }
    var members: [String: SettingValue] = [
      "epoch": .integer(epoch), "step": .integer(step), "learningRate": .number(learningRate),
      "seconds": .number(seconds),
      "secondsWaiting": .number(secondsWaiting), "samplesPerSecond": .number(samplesPerSecond),
      "train": .object(train),
    ]
    members["validation"] = validation?.settings(details: false)
    return .object(members)
  }

  /// Reads what `settings` gave. Of the validation, what it leaves out (the confusion matrix) stays
  /// empty.
  init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    func any(_ reader: inout SettingsReader, _ key: String) throws -> Double {
      try reader.number(key, "a number", default: .nan) { _ in true }
    }
    epoch = try reader.integer("epoch", in: 0...Int.max)
    step = try reader.integer("step", in: 0...Int.max)
    learningRate = try any(&reader, "learningRate")
    seconds = try any(&reader, "seconds")
    secondsWaiting = try reader.number("secondsWaiting", "a number", default: 0) { _ in true }
    samplesPerSecond = try any(&reader, "samplesPerSecond")
    trainLoss = .nan
    if var train = try reader.object("train") {
      trainLoss = try any(&train, "loss")
      trainAccuracy = try train.optional("accuracy") { try any(&$0, "accuracy") }
      try train.finish()
    }
    validation = try reader.value("validation").map {
      try Metrics(settings: $0, path: "\(path).validation")
    }
    try reader.finish()
  }
}

extension Metrics {
  /// Reads what `settings(details: false)` gave.
  init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    func optional(_ reader: inout SettingsReader, _ key: String) throws -> Double? {
      try reader.optional(key) { try $0.number(key, "a number") { _ in true } }
    }
    samples = try reader.integer("samples", in: 0...Int.max)
    loss = try optional(&reader, "loss") ?? .nan
    accuracy = try optional(&reader, "accuracy")
    meanAbsoluteError = try optional(&reader, "meanAbsoluteError")
    rootMeanSquaredError = try optional(&reader, "rootMeanSquaredError")
    rSquared = try optional(&reader, "rSquared")
    if case .object(let members)? = reader.value("topK") {
      topK = try members.map { key, value in
        guard let k = Int(key), let accuracy = value.asDouble else {
          throw reader.error("topK", "has \(key): \(value); expected numbers by k")
        }
        return TopK(k: k, accuracy: accuracy)
      }.sorted { $0.k < $1.k }
    }
    try reader.finish()
  }
}
