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
}
