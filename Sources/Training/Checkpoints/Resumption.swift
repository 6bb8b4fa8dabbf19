import Datasets
import Kernels

/// How the run of a directory goes on: from which checkpoint, with which configuration, on which
/// data.
public struct Resumption {
  /// Changes that would make a run another one, and are refused unless they are asked for.
  public struct Changes: OptionSet, Sendable {
    public let rawValue: Int
    /// Data of another fingerprint.
    public static let data = Changes(rawValue: 1)
    /// Settings in the run's `run.json5` that are not those of its checkpoints.
    public static let configuration = Changes(rawValue: 2)

    public init(rawValue: Int) { self.rawValue = rawValue }
  }

  public let directory: RunDirectory
  /// Where it goes on; nil before the first checkpoint, from the start.
  public let found: FoundCheckpoint?
  public let configuration: RunConfiguration
  public let data: DataReference
  let allowed: Changes

  /// - Parameters:
  ///   - epochs: how many the run is to have; nil leaves it as it is. The schedule stays what it
  ///     was planned to be.
  /// - Throws: `TrainingError` where there is no run, none of its checkpoints is whole, its settings
  ///   were changed, or it has come further than `epochs`.
  public init(_ directory: RunDirectory, epochs: Int? = nil, allowing allowed: Changes = []) throws
  {
    self.directory = directory
    self.allowed = allowed
    found = try RunDirectory.newest(in: directory.path)
    let written = try directory.configuration()
    guard let data = try found?.checkpoint.data ?? directory.data(),
      var configuration = try Self.configuration(found, written, directory.path, allowed)
    else {
      throw TrainingError.runDirectory(
        path: directory.path,
        problem: "has neither \(RunDirectory.configurationName) nor a checkpoint: there is no run "
          + "to go on with; lockstep train starts one")
    }
    self.data = data
    if let epochs { try Self.check(epochs, reached: found?.checkpoint.progress) }
    if let epochs, epochs != configuration.epochs {
      configuration.scheduleEpochs = configuration.scheduleEpochs ?? configuration.epochs
      configuration.epochs = epochs
    }
    self.configuration = configuration
  }

  /// Where the run stands.
  public var progress: Progress { found?.checkpoint.progress ?? Progress() }

  /// Whether there is nothing left to train.
  public var isFinished: Bool { found != nil && progress.isFinished(configuration) }

  /// The change of the numerics identity that this resumption is; nil where there is none.
  public var numericsChange: (from: String, to: String)? {
    guard let found, found.checkpoint.numericsIdentity != NumericsIdentity.current else {
      return nil
    }
    return (found.checkpoint.numericsIdentity, NumericsIdentity.current)
  }

  /// - Throws: `TrainingError.unfit` where `dataset` is not what the run was trained on.
  func check(_ dataset: Dataset) throws {
    try found?.checkpoint.model.checkFits(dataset, needsTargets: true)
    guard dataset.fingerprint != data.fingerprint, !allowed.contains(.data) else { return }
    let others = dataset.otherPaths
    let named = others.prefix(3).joined(separator: ", ")
    let more = others.count > 3 ? " and \(others.count - 3) more" : ""
    let elsewhere = others.isEmpty ? "" : ", or a file that its rows lie in (\(named)\(more)),"
    throw TrainingError.unfit(
      setting: "data",
      problem: dataset.paths.joined(separator: " and ") + elsewhere
        + " is not what the run was trained on: its fingerprint is \(dataset.fingerprint), the run's \(data.fingerprint). Name the right file (--data), "
        + "or go on with other data (--allow-data-change)")
  }

  /// What a run has trained already it cannot take back.
  private static func check(_ epochs: Int, reached progress: Progress?) throws {
    guard let progress else { return }
    let reached = progress.epoch + (progress.batch > 0 ? 1 : 0)
    guard epochs < reached else { return }
    throw TrainingError.unfit(
      setting: "epochs",
      problem: progress.batch > 0
        ? "is \(epochs), but the run is in epoch \(reached) already; expected \(reached) or more"
        : "is \(epochs), but the run has trained \(reached) already; expected \(reached) or more")
  }

  /// The configuration of the checkpoint, but for what a run may change, which `run.json5` says.
  private static func configuration(
    _ found: FoundCheckpoint?, _ written: RunConfiguration?, _ path: String, _ allowed: Changes
  ) throws -> RunConfiguration? {
    guard let checkpoint = found?.checkpoint else { return written }
    guard let written else { return checkpoint.configuration }
    let differences = written.differences(from: checkpoint.configuration)
    let isFit =
      written.network == checkpoint.configuration.network
      && CheckpointFormat.groups(of: written)
        == CheckpointFormat.groups(of: checkpoint.configuration)
    if differences.isEmpty || (isFit && allowed.contains(.configuration)) { return written }
    let list = differences.map { "\($0.key): \($0.here), in the checkpoint \($0.there)" }
    throw TrainingError.runDirectory(
      path: "\(path)/\(RunDirectory.configurationName)",
      problem: "is not the configuration of \(found!.path) any more: "
        + list.joined(separator: "; ")
        + (isFit
          ? ". Put it back, or go on with what it says now (--allow-configuration-change)"
          : ". Put it back: the checkpoint's tensors do not fit it"))
  }
}
