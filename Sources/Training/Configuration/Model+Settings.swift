import Datasets
import Networks
import Settings

extension Model {
  /// What the configuration does not say about the model: what the data was like.
  var settings: SettingValue {
    var members: [String: SettingValue] = [
      "inputShape": .array(network.inputShape.map { .integer($0) }),
      "normalization": normalization.settings,
    ]
    switch targets {
    case .classes(let count): members["classes"] = .integer(count)
    case .values(let count): members["values"] = .integer(count)
    }
    members["classNames"] = classNames.map { .array($0.map { .string($0) }) }
    members["preprocessing"] = preprocessing
    return .object(members)
  }

  /// Builds the model that a complete `configuration` and `settings` describe.
  /// - Throws: `SettingsError` or `NetworkError` where they are not what a checkpoint holds.
  init(settings: SettingValue, configuration: RunConfiguration, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    let inputShape = try reader.integers("inputShape", in: 1...1 << 31) ?? []
    guard let stored = reader.value("normalization") else {
      throw reader.error("normalization", "is missing")
    }
    let normalization = try Normalization(settings: stored, path: "\(path).normalization")
    let counts = 1...1 << 24
    let targets: TargetSchema =
      try reader.has("classes")
      ? .classes(reader.integer("classes", in: counts))
      : .values(reader.integer("values", in: counts))
    let classNames = try reader.strings("classNames")
    let preprocessing = reader.value("preprocessing")
    try reader.finish()
    guard let description = configuration.network, let task = configuration.task,
      let loss = configuration.loss
    else { throw SettingsError(path: path, problem: "belongs to an incomplete configuration") }
    let network = try Network(
      description, inputShape: inputShape, path: "\(path): configuration.network")
    let weights: [Float]? =
      if case .given(let weights) = configuration.classWeights { weights.map { Float($0) } } else {
        nil
      }
    try loss.check(
      outputs: network.outputs, targets: targets.kind, classWeights: weights?.count)
    guard normalization.fits(features: network.inputs),
      classNames.map({ $0.count == targets.outputs }) ?? true
    else {
      throw SettingsError(
        path: path, problem: "has a normalisation or class names of another size than its network")
    }
    self.init(
      network: network, task: task, loss: loss, classWeights: weights,
      normalization: normalization, targets: targets, classNames: classNames,
      preprocessing: preprocessing)
  }
}
