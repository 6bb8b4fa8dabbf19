import Datasets
import Networks
import Settings

/// The names in a checkpoint file:
///
/// - `/parameters/<index>-<layer>/<name>`: float32, in the tensor's shape.
/// - `/optimizer/<state>/<index>-<layer>/<name>`: what the optimizer remembers, likewise.
/// - `/average/<index>-<layer>/<name>`: the moving average of the parameters, if the run has one.
/// - each of these has an attribute `crc32` (uint32), of its bytes.
/// - attributes of the root, all of them strings but `version`: `format`, `version`, and as JSON
///   `configuration`, `model`, `progress`, `history`, `data`, `numerics`; `parametersSHA256`, and
///   `checksum`, a SHA-256 over all the others and the name, shape and CRC-32 of each tensor.
enum CheckpointFormat {
  static let name = "lockstep-checkpoint"
  static let version = 1

  static let parameters = "parameters"
  static let optimizer = "optimizer"
  static let average = "average"
  static let checksum = "crc32"

  static func state(_ name: String) -> String { "\(optimizer)/\(name)" }

  /// The groups of tensors in the checkpoints of a run.
  static func groups(of configuration: RunConfiguration) -> [String] {
    [parameters] + configuration.optimizer.stateNames.map(state)
      + (configuration.ema == nil ? [] : [average])
  }

  enum Attribute {
    static let format = "format"
    static let version = "version"
    static let configuration = "configuration"
    static let model = "model"
    static let progress = "progress"
    static let history = "history"
    static let data = "data"
    static let numerics = "numerics"
    static let parametersSHA256 = "parametersSHA256"
    static let checksum = "checksum"

    /// Those that are strings and that the checksum covers.
    static let covered = [
      format, configuration, model, progress, history, data, numerics, parametersSHA256,
    ]
  }

  /// The checksum over a whole file.
  ///
  /// - Parameters:
  ///   - attributes: the texts of `Attribute.covered`.
  ///   - tensors: their paths in the file, shapes and CRC-32s, in the order of the format.
  static func checksum(
    attributes: [String: String], tensors: [(path: String, shape: [Int], crc32: UInt32)]
  ) -> String {
    let hash = Fingerprint()
    for name in Attribute.covered {
      let text = attributes[name] ?? ""
      hash.add("\(name) \(text.utf8.count) \(text)\n")
    }
    hash.add("\(Attribute.version) \(version)\n")
    for tensor in tensors { hash.add("\(tensor.path) \(tensor.shape) \(tensor.crc32)\n") }
    return hash.finish()
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

extension Progress {
  var settings: SettingValue {
    var members: [String: SettingValue] = [
      "epoch": .integer(epoch), "batch": .integer(batch), "step": .integer(step),
      "epochsSinceBest": .integer(epochsSinceBest), "plateau": plateau.settings,
      "sums": [
        "loss": .number(sums.loss), "weight": .number(sums.weight),
        "correct": .integer(sums.correct), "rows": .integer(sums.rows),
      ],
    ]
    members["best"] = best.map {
      ["value": .number($0.value), "epoch": .integer($0.epoch), "step": .integer($0.step)]
    }
    return .object(members)
  }

  init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    let counts = 0...Int.max
    epoch = try reader.integer("epoch", in: 0...1_000_000)
    batch = try reader.integer("batch", in: 0...1 << 40)
    step = try reader.integer("step", in: 0...1 << 60)
    epochsSinceBest = try reader.integer("epochsSinceBest", in: counts)
    plateau = try reader.object("plateau").map { try Plateau.State($0) } ?? plateau
    if var members = try reader.object("best") {
      best = BestEpoch(
        value: try members.number("value", "a number") { _ in true },
        epoch: try members.integer("epoch", in: counts),
        step: try members.integer("step", in: counts))
      try members.finish()
    }
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

extension NumericsPeriod {
  var settings: SettingValue { ["step": .integer(step), "identity": .string(identity)] }

  init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    step = try reader.integer("step", in: 0...Int.max)
    identity = try reader.string("identity")
    try reader.finish()
  }
}
