import Datasets
import Networks
import Settings

/// The names in a checkpoint file:
///
/// - `/parameters/<index>-<layer>/<name>`: float32, in the tensor's shape.
/// - `/optimizer/<state>/<index>-<layer>/<name>`: what the optimizer remembers, likewise.
/// - each of these has an attribute `crc32` (uint32), of its bytes.
/// - attributes of the root: `format`, `version`, and as JSON `configuration`, `model` and
///   `progress`; `numericsIdentity`, `dataset`, `fingerprint`, `parametersSHA256`.
enum CheckpointFormat {
  static let name = "lockstep-checkpoint"
  static let version = 1

  static let parameters = "parameters"
  static let optimizer = "optimizer"
  static let checksum = "crc32"

  enum Attribute {
    static let format = "format"
    static let version = "version"
    static let configuration = "configuration"
    static let model = "model"
    static let progress = "progress"
    static let numericsIdentity = "numericsIdentity"
    static let dataset = "dataset"
    static let fingerprint = "fingerprint"
    static let parametersSHA256 = "parametersSHA256"
  }
}

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
    self.init(
      network: network, task: task, loss: loss, classWeights: weights,
      normalization: normalization, targets: targets, classNames: classNames)
  }
}

extension Progress {
  var settings: SettingValue {
    var members: [String: SettingValue] = [
      "epoch": .integer(epoch), "batch": .integer(batch), "step": .integer(step),
      "epochsSinceBest": .integer(epochsSinceBest),
      "sums": [
        "loss": .number(sums.loss), "weight": .number(sums.weight),
        "correct": .integer(sums.correct), "rows": .integer(sums.rows),
      ],
    ]
    if bestLoss.isFinite { members["bestLoss"] = .number(bestLoss) }
    return .object(members)
  }

  init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    let counts = 0...Int.max
    epoch = try reader.integer("epoch", in: counts)
    batch = try reader.integer("batch", in: counts)
    step = try reader.integer("step", in: counts)
    epochsSinceBest = try reader.integer("epochsSinceBest", in: counts)
    bestLoss = try reader.number("bestLoss", "a number", default: .infinity) { _ in true }
    if var members = try reader.object("sums") {
      sums.loss = try members.number("loss", "a number") { _ in true }
      sums.weight = try members.number("weight", "a number") { _ in true }
      sums.correct = try members.integer("correct", in: counts)
      sums.rows = try members.integer("rows", in: counts)
      try members.finish()
    }
    try reader.finish()
  }
}
