import Datasets
import Glibc
import Settings

import struct HDF5.Permissions

/// The dataset that a run trains on: where it was, how it is read, and what is in it.
public struct DataReference: Sendable, Equatable {
  /// From the root of the file system; of several files, the first.
  public var path: String
  /// The files after the first, in order.
  public var otherPaths: [String] = []
  public var fingerprint: String
  /// The datasets to use, of a file that others made.
  public var features: String?
  public var targets: String?
  public var weights: String?
}

extension DataReference {
  /// All files, in order.
  public var paths: [String] { [path] + otherPaths }

  init(_ dataset: Dataset) {
    path = absolutePath(dataset.path)
    otherPaths = dataset.paths.dropFirst().map(absolutePath)
    fingerprint = dataset.fingerprint
    features = dataset.named.features
    targets = dataset.named.targets
    weights = dataset.named.weights
  }

  /// Opens the data.
  ///
  /// - Parameters:
  ///   - paths: where the files are now, if they were moved.
  ///   - task: the run's.
  ///   - permissions: what the files may lead to beyond themselves.
  public func open(
    at paths: [String] = [], task: Task?, allowing permissions: Permissions = []
  ) throws -> Dataset {
    try Dataset(
      paths: paths.isEmpty ? self.paths : paths, features: features, targets: targets,
      weights: weights, task: task, allowing: permissions)
  }

  init(settings: SettingValue, path source: String) throws {
    var reader = try SettingsReader(settings, path: source)
    path = try reader.string("path")
    otherPaths = try reader.strings("otherPaths") ?? []
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
    if !otherPaths.isEmpty { members["otherPaths"] = .array(otherPaths.map { .string($0) }) }
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
