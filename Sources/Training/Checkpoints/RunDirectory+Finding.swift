import Datasets
import Glibc

/// A checkpoint that was found, and what was found to be damaged on the way to it.
public struct FoundCheckpoint {
  public var path: String
  public var checkpoint: Checkpoint
  public var damaged: [DamagedCheckpoint]
}

/// A file that has the name of a checkpoint and cannot be used, and why.
public struct DamagedCheckpoint: Sendable, Equatable {
  public var path: String
  public var problem: String
}

/// Checkpoints are found by looking at the files and checking all of their content, never by
/// trusting a pointer or a name.
extension RunDirectory {
  /// The checkpoint that `path` stands for: itself if it is a file; of a run's folder the best one
  /// where the run was to have the best weights, else the newest good one.
  ///
  /// - Throws: `TrainingError` where there is none.
  public static func find(_ path: String) throws -> FoundCheckpoint {
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure(path, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      return FoundCheckpoint(path: path, checkpoint: try Checkpoint(path: path), damaged: [])
    }
    guard let newest = try newest(in: path) else {
      throw TrainingError.runDirectory(
        path: path,
        problem: "has no checkpoint; expected checkpoints/step-….h5, which lockstep train writes")
    }
    guard newest.checkpoint.configuration.bestWeights, let best = try best(in: path, newest) else {
      return newest
    }
    return best
  }

  /// The newest good checkpoint of the run in `path`; nil where the run has not written any.
  ///
  /// - Throws: `TrainingError.runDirectory` where all are damaged.
  public static func newest(in path: String) throws -> FoundCheckpoint? {
    let files = try checkpoints(in: path)
    guard !files.isEmpty else { return nil }
    guard let found = firstGood(of: files.reversed()) else {
      let problems = files.reversed().map { Self.problem(of: $0) ?? $0 }
      throw TrainingError.runDirectory(
        path: path,
        problem: "has no checkpoint that is whole: " + problems.joined(separator: "; "))
    }
    return found
  }

  /// The checkpoint of the run's best epoch; nil where no epoch was validated.
  private static func best(
    in path: String, _ newest: FoundCheckpoint
  ) throws -> FoundCheckpoint? {
    let entries = try checkpoints(in: path).compactMap { CheckpointEntry(path: $0) }
    let metric = newest.checkpoint.configuration.best
    guard var found = firstGood(of: CheckpointEntry.ranked(entries, by: metric).map(\.path))
    else { return nil }
    for damaged in newest.damaged where !found.damaged.contains(damaged) {
      found.damaged.append(damaged)
    }
    return found
  }

  private static func firstGood(of files: some Sequence<String>) -> FoundCheckpoint? {
    var damaged: [DamagedCheckpoint] = []
    for file in files {
      do {
        return FoundCheckpoint(
          path: file, checkpoint: try Checkpoint(path: file), damaged: damaged)
      } catch {
        damaged.append(DamagedCheckpoint(path: file, problem: "\(error)"))
      }
    }
    return nil
  }

  private static func problem(of file: String) -> String? {
    do {
      _ = try Checkpoint(path: file)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
