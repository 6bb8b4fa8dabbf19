import Datasets
import Glibc
import Settings

/// The folder of a run, and what the run writes into it:
///
/// - `run.json5`: the complete configuration, for people and for starting the run anew.
/// - `checkpoints/step-000004690.h5`: the state after so many optimizer steps.
/// - `history.json`: what each epoch came to.
///
/// Every file appears complete or not at all.
public final class RunDirectory {
  public let path: String
  /// The checkpoint that `save` wrote last.
  public private(set) var newestCheckpoint: String?

  /// Creates the folder of a new run.
  ///
  /// - Parameter replacingExisting: whether a folder that is not empty may be used; the files of an
  ///   earlier run in it are removed, and nothing else.
  /// - Throws: `TrainingError.runDirectory` where the folder is not empty or cannot be created.
  public init(creating path: String, replacingExisting: Bool = false) throws {
    self.path = path
    try Self.check(path, replacingExisting: replacingExisting)
    if replacingExisting {
      for file in try Self.checkpoints(in: path) { unlink(file) }
      unlink("\(path)/history.json")
      unlink("\(path)/run.json5")
    }
    for folder in [path, Self.checkpointFolder(path)] where mkdir(folder, 0o777) != 0 {
      if errno != EEXIST { throw Self.failure(folder, "cannot be created") }
    }
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
    guard try replacingExisting || names(in: path).isEmpty else {
      throw TrainingError.runDirectory(
        path: path,
        problem: "exists and is not empty; choose another folder, or replace the run in it "
          + "(--force)")
    }
  }

  /// Writes a checkpoint under a name of its own and returns its path.
  func save(_ checkpoint: Checkpoint) throws -> String {
    let digits = String(checkpoint.progress.step)
    let name = "step-" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits + ".h5"
    let file = Self.checkpointFolder(path) + "/" + name
    try checkpoint.write(to: file)
    newestCheckpoint = file
    return file
  }

  func writeConfiguration(_ configuration: RunConfiguration) throws {
    try AtomicFile.write(
      configuration.settings.json(pretty: true) + "\n", to: "\(path)/run.json5",
      replacingExisting: true)
  }

  func writeHistory(_ epochs: [EpochReport]) throws {
    try AtomicFile.write(
      SettingValue.array(epochs.map(\.settings)).json(pretty: true) + "\n",
      to: "\(path)/history.json", replacingExisting: true)
  }
}

extension RunDirectory {
  /// The checkpoint that `path` stands for: itself if it is a file, the newest one of a run's
  /// folder.
  ///
  /// - Throws: `TrainingError.runDirectory` where there is none.
  public static func checkpoint(at path: String) throws -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure(path, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFDIR else { return path }
    guard let newest = try checkpoints(in: path).last else {
      throw TrainingError.runDirectory(
        path: path,
        problem: "has no checkpoint; expected checkpoints/step-….h5, which lockstep train writes")
    }
    return newest
  }

  /// The paths of the checkpoints of the run in `path`, from the oldest.
  public static func checkpoints(in path: String) throws -> [String] {
    let folder = checkpointFolder(path)
    return try names(in: folder).filter { $0.hasPrefix("step-") && $0.hasSuffix(".h5") }
      .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.map { folder + "/" + $0 }
  }

  private static func checkpointFolder(_ path: String) -> String { path + "/checkpoints" }

  /// The names in a folder, without `.` and `..`; none where there is no such folder.
  private static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw failure(folder, "cannot be read")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func failure(_ path: String, _ problem: String) -> TrainingError {
    .runDirectory(path: path, problem: "\(problem): \(String(cString: strerror(errno)))")
  }
}
