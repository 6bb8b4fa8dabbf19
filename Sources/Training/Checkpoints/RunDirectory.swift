import Datasets
import Glibc
import Settings

/// The folder of a run, and what the run writes into it:
///
/// - `data.json`: where the data is, and its fingerprint.
/// - `run.json5`: the complete configuration, for people and for starting the run anew.
/// - `checkpoints/step-000004690.h5`: the state after so many optimizer steps.
/// - `history.json`: what each epoch came to; written once a second at most, and in the end.
///
/// Every file appears complete or not at all, in this order. While a value lives, its process alone
/// may train in the folder.
public final class RunDirectory {
  public let path: String
  private let lock: RunLock

  /// Creates the folder of a new run.
  ///
  /// - Parameter replacingExisting: whether a folder that is not empty may be used; the files of an
  ///   earlier run in it are removed, and nothing else.
  /// - Throws: `TrainingError.runDirectory` where the folder is not empty, cannot be created, or
  ///   another process is training in it.
  public init(creating path: String, replacingExisting: Bool = false) throws {
    self.path = path
    try Self.check(path, replacingExisting: replacingExisting)
    if mkdir(path, 0o777) != 0, errno != EEXIST {
      throw Self.failure(path, "cannot be created")
    }
    lock = try RunLock(path)
    try Self.check(path, replacingExisting: replacingExisting)
    if replacingExisting {
      // What makes the folder a run's goes last, so that a killed replacement can be done again.
      for file in try Self.checkpoints(in: path) { unlink(file) }
      for name in [Self.historyName, Self.configurationName, Self.dataName] {
        unlink("\(path)/\(name)")
      }
    }
    try removeTemporaries()
  }

  /// Opens the folder of a run, to go on with it.
  ///
  /// - Throws: `TrainingError.runDirectory` where there is no such folder, or another process is
  ///   training in it.
  public init(resuming path: String) throws {
    self.path = path
    lock = try RunLock(path)
    try removeTemporaries()
  }

  /// Checks, before any work is done, that a run could be created at `path`.
  /// - Throws: `TrainingError.runDirectory`.
  public static func check(_ path: String, replacingExisting: Bool) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw failure(path, "cannot be read")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw TrainingError.runDirectory(
        path: path, problem: "is a file; expected the name of a new folder for the run")
    }
    let names = try names(in: path)
    // A process that was killed before it wrote what the run is leaves no more than this.
    guard !names.allSatisfy({ isTemporary($0) || $0 == dataName }) else { return }
    guard replacingExisting else {
      throw TrainingError.runDirectory(
        path: path,
        problem: "exists and is not empty; choose another folder, or replace the run in it "
          + "(--force)")
    }
    guard names.contains(dataName), names.contains(configurationName) else {
      throw TrainingError.runDirectory(
        path: path,
        problem: "is not empty, and is not a run's folder (which has \(dataName) and "
          + "\(configurationName)); only a run is replaced: choose another folder")
    }
  }

  /// Writes what a run is: from then on it can be resumed.
  func write(_ configuration: RunConfiguration, data: DataReference) throws {
    try write(data.settings, to: Self.dataName)
    try write(configuration.settings, to: Self.configurationName)
    let folder = Self.checkpointFolder(path)
    if mkdir(folder, 0o777) != 0, errno != EEXIST {
      throw Self.failure(folder, "cannot be created")
    }
  }

  private func write(_ value: SettingValue, to name: String) throws {
    try AtomicFile.write(
      value.json(pretty: true) + "\n", to: "\(path)/\(name)", replacingExisting: true)
  }

  /// Leaves nothing behind of a run that could not even write its first checkpoint.
  public func removeUnlessStarted() {
    guard (try? Self.checkpoints(in: path).isEmpty) == true else { return }
    for name in [Self.configurationName, Self.dataName, Self.historyName] {
      unlink("\(path)/\(name)")
    }
    // Folders that hold anything else stay.
    rmdir(Self.checkpointFolder(path))
    rmdir(path)
  }

  /// Removes what killed processes left half written.
  private func removeTemporaries() throws {
    for folder in [path, Self.checkpointFolder(path)] {
      for name in try Self.names(in: folder) where Self.isTemporary(name) {
        unlink("\(folder)/\(name)")
      }
    }
  }

  private static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(".") && name.hasSuffix(".partial")
  }
}

extension RunDirectory {
  static let configurationName = "run.json5"
  static let dataName = "data.json"
  static let historyName = "history.json"

  /// The configuration that the folder has in writing; nil where a run has not come so far.
  public func configuration() throws -> RunConfiguration? {
    try read(Self.configurationName).map {
      try RunConfiguration(settings: $0, path: "\(path)/\(Self.configurationName)")
    }
  }

  /// What the run trains on; nil where a run has not come so far.
  public func data() throws -> DataReference? {
    try read(Self.dataName).map {
      try DataReference(settings: $0, path: "\(path)/\(Self.dataName)")
    }
  }

  private func read(_ name: String) throws -> SettingValue? {
    let file = "\(path)/\(name)"
    guard let stream = fopen(file, "re") else {
      if errno == ENOENT { return nil }
      throw Self.failure(file, "cannot be read")
    }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = fread(&piece, 1, piece.count, stream), count > 0 {
      bytes += piece[..<count]
    }
    guard ferror(stream) == 0 else { throw Self.failure(file, "cannot be read") }
    return try SettingValue(json5: bytes, source: file)
  }

  /// The paths of the checkpoints of the run in `path`, from the oldest.
  public static func checkpoints(in path: String) throws -> [String] {
    let folder = checkpointFolder(path)
    return try names(in: folder).filter { $0.wholeMatch(of: /step-[0-9]+\.h5/) != nil }
      .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.map { folder + "/" + $0 }
  }

  /// After how many steps the newest checkpoint of a run was written, by its name; 0 where there is
  /// none.
  public static func newestStep(in path: String) throws -> Int {
    try checkpoints(in: path).last.flatMap { Int($0.dropLast(3).split(separator: "-").last ?? "") }
      ?? 0
  }

  /// The path of the checkpoint after so many steps.
  static func checkpoint(step: Int, in path: String) -> String {
    let digits = String(step)
    let zeros = String(repeating: "0", count: max(0, 9 - digits.utf8.count))
    return checkpointFolder(path) + "/step-" + zeros + digits + ".h5"
  }

  private static func checkpointFolder(_ path: String) -> String { path + "/checkpoints" }

  /// The names in a folder; none where there is no such folder.
  private static func names(in folder: String) throws -> [String] {
    if let names = folderNames(folder) { return names }
    if errno == ENOENT { return [] }
    throw failure(folder, "cannot be read")
  }

  static func failure(_ path: String, _ problem: String) -> TrainingError {
    .runDirectory(path: path, problem: "\(problem): \(String(cString: strerror(errno)))")
  }
}
