import Datasets
import Glibc
import Settings

/// The dataset that a run trains on: where it was, how it is read, and what is in it.
public struct DataReference: Sendable, Equatable {
  /// From the root of the file system.
  public var path: String
  public var fingerprint: String
  /// The datasets to use, of a file that others made.
  public var features: String?
  public var targets: String?
  public var weights: String?
}

extension DataReference {
  init(_ dataset: Dataset) {
    path = absolutePath(dataset.path)
    fingerprint = dataset.fingerprint
    features = dataset.named.features
    targets = dataset.named.targets
    weights = dataset.named.weights
  }

  /// Opens the data.
  ///
  /// - Parameters:
  ///   - path: where the file is now, if it was moved.
  ///   - task: the run's.
  public func open(at path: String? = nil, task: Task?) throws -> Dataset {
    try Dataset(
      path: path ?? self.path, features: features, targets: targets, weights: weights, task: task)
  }

  init(settings: SettingValue, path source: String) throws {
    var reader = try SettingsReader(settings, path: source)
    path = try reader.string("path")
    fingerprint = try reader.string("fingerprint")
    features = try reader.optional("features") { try $0.string("features") }
    targets = try reader.optional("targets") { try $0.string("targets") }
    weights = try reader.optional("weights") { try $0.string("weights") }
    try reader.finish()
  }

  var settings: SettingValue {
    var members: [String: SettingValue] = [
      "path": .string(path), "fingerprint": .string(fingerprint),
    ]
    members["features"] = features.map { .string($0) }
    members["targets"] = targets.map { .string($0) }
    members["weights"] = weights.map { .string($0) }
    return .object(members)
  }
}

/// `path` from the root of the file system, links resolved; as it is where there is no such file.
func absolutePath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}
