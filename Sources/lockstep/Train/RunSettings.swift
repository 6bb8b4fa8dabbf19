import Datasets
import Networks
import Settings
import Training

/// What a run is to be: the settings of the run file with those of the options laid over them.
struct RunSettings {
  /// Where the settings of the file are from; nil when there is no file.
  let file: String?
  /// What the file says.
  let written: SettingValue
  /// Both together.
  let all: SettingValue
  /// The same without what only says how to read the data.
  private let merged: SettingValue
  /// The options that were given and that a run file has too.
  let given: [Option]

  /// The datasets to use of a file that others made.
  let features: String?
  let targets: String?
  let weights: String?

  /// - Throws: `UsageError` for a run file that cannot be read or is no JSON5 object, and for
  ///   options that contradict it.
  init(file: String?, _ arguments: Arguments) throws {
    self.file = file
    written = try file.map(Self.read) ?? [:]
    guard case .object(var members) = written else {
      throw UsageError("\(file ?? "") is \(written); expected an object { … }")
    }
    given = Train.allOptions.filter { !$0.setting.isEmpty && arguments.has($0) }
    if members["network", default: .null] != .null {
      for option in given where TrainOptions.network.contains(where: { $0.name == option.name }) {
        throw UsageError(
          "\(option.flag) describes the layers, and so does network in \(file ?? ""); "
            + "give one of the two")
      }
    }
    // "full" is short for { mode: "full" }: the window's size is laid over the latter.
    if case .string = members["shuffle"] { members["shuffle"] = ["mode": members["shuffle"]!] }
    for option in given { members.lay(arguments.value(option)!, at: option.setting) }

    all = .object(members)

    func path(_ option: Option) throws -> String? {
      switch members.removeValue(forKey: option.setting[0]) {
      case .string(let path)?: return path
      case nil, .null?: return nil
      case let value?:
        throw UsageError("\(file ?? ""): \(option.setting[0]) is \(value); expected a path")
      }
    }
    features = try path(TrainOptions.features)
    targets = try path(TrainOptions.targets)
    weights = try path(TrainOptions.weights)
    merged = .object(members)
  }

  func configuration() throws -> RunConfiguration {
    try explaining { try RunConfiguration(settings: merged, path: Self.root) }
  }

  /// Opens the files that `--data` names, as the settings say.
  func dataset(_ arguments: Arguments, task: Task?) throws -> Dataset {
    try Dataset(
      paths: arguments.all(TrainOptions.data), features: features, targets: targets,
      weights: weights, task: task, allowing: arguments.permissions())
  }

  private static func read(_ path: String) throws -> SettingValue {
    do {
      return try SettingValue(json5: TextFile.read(path), source: path)
    } catch {
      throw UsageError("\(error)")
    }
  }
}

extension [String: SettingValue] {
  /// Lays an option's value over what stands at `keys`.
  ///
  /// A loss, an optimizer, a schedule or a shuffle that is named anew loses the parameters of the
  /// old one; named as it already is, it keeps them.
  fileprivate mutating func lay(_ value: SettingValue, at keys: [String]) {
    let key = keys[0]
    guard case .object(var old)? = self[key] else {
      self[key] = keys.count == 1 ? value : .object([keys[1]: value])
      return
    }
    let naming = keys.count == 1 ? key : "mode"
    if keys.count == 2, keys[1] != naming || old[naming, default: .null] == .null {
      old[keys[1]] = value
      self[key] = .object(old)
    } else if old[naming] != value {
      self[key] = keys.count == 1 ? value : .object([naming: value])
    }
  }
}
