import Datasets
import Foundation
import TestSupport
import Testing

@testable import Training

/// The names in a folder.
func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

@Suite struct RetentionTests {
  private let folder = TemporaryDirectory()

  /// Checkpoints after each of ten epochs, and one within each.
  private let entries = (1...10).flatMap { epoch in
    [
      CheckpointEntry(path: "\(epoch) within", step: epoch * 10 - 5),
      CheckpointEntry(
        path: "\(epoch)", step: epoch * 10, epoch: epoch, metric: epoch == 3 || epoch == 6 ? 1 : 2),
    ]
  }

  private func kept(
    _ metric: BestMetric = .loss, _ change: (inout CheckpointPolicy) -> Void
  ) -> [String] {
    var policy = CheckpointPolicy()
    change(&policy)
    let obsolete = CheckpointEntry.obsolete(entries, policy: policy, metric: metric)
    return entries.filter { !obsolete.contains($0) }.map(\.path)
  }

  @Test func `the newest are kept, and the best, of equals the first`() {
    #expect(kept { $0.keep = 1 } == ["3", "10"])
    #expect(kept { $0.keep = 3 } == ["3", "9", "10 within", "10"])
    #expect(kept(.accuracy) { $0.keep = 1 } == ["1", "10"])
    #expect(kept { $0.keep = 100 }.count == 20)
  }

  @Test func `those of every so manyth epoch are kept`() {
    #expect(
      kept {
        $0.keep = 1
        $0.keepEvery = 4
      } == ["3", "4", "8", "10"])
  }

  @Test func `what no epoch validated is never the best`() {
    let entries = [
      CheckpointEntry(path: "a", step: 1, epoch: 1, metric: .nan),
      CheckpointEntry(path: "b", step: 2, epoch: 2),
      CheckpointEntry(path: "c", step: 3),
    ]
    #expect(CheckpointEntry.ranked(entries, by: .loss).isEmpty)
    var policy = CheckpointPolicy()
    policy.keep = 1
    #expect(
      CheckpointEntry.obsolete(entries, policy: policy, metric: .loss).map(\.path) == ["a", "b"])
  }

  private func trainer(_ change: (inout RunConfiguration) -> Void) throws -> Trainer {
    let path = folder.file("classes.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 100, .validation: 20])
    var configuration = RunConfiguration()
    configuration.hidden = [4]
    configuration.epochs = 6
    configuration.checkpoints.keep = 2
    change(&configuration)
    return try Trainer(configuration, data: Dataset(path: path))
  }

  @Test func `a run keeps what it was told to`() throws {
    let trainer = try trainer { $0.checkpoints.keepEvery = 2 }
    let run = folder.file("run")
    let result = try trainer.train(into: RunDirectory(creating: run))
    let best = RunDirectory.checkpoint(step: result.progress.best!.step, in: run)
    let expected = [20, 40, 50, 60].map { RunDirectory.checkpoint(step: $0, in: run) }
    #expect(try Set(RunDirectory.checkpoints(in: run)) == Set(expected + [best]))
  }

  @Test func `a checkpoint that cannot be written is told, and training goes on`() throws {
    let trainer = try trainer { _ in }
    let run = folder.file("run")
    // A folder stands where the checkpoints of the last two epochs should.
    let directory = try RunDirectory(creating: run)
    for step in [50, 60] {
      try FileManager.default.createDirectory(
        atPath: RunDirectory.checkpoint(step: step, in: run) + "/x",
        withIntermediateDirectories: true)
    }
    var failures: [String] = []
    let result = try trainer.train(into: directory) { event in
      if case .checkpointFailed(let path, let problem, let newest) = event {
        failures.append(path)
        #expect(problem.contains("is a folder"))
        #expect(newest == RunDirectory.checkpoint(step: 40, in: run))
      }
    }
    #expect(failures == [50, 60].map { RunDirectory.checkpoint(step: $0, in: run) })
    #expect(result.checkpointFailures.count == 2)
    #expect(result.progress.epoch == 6)
    #expect(result.checkpoint == RunDirectory.checkpoint(step: 40, in: run))
    #expect(try Checkpoint(path: result.checkpoint!).parametersSHA256 == result.parametersSHA256)
  }

  @Test func `a run whose first checkpoint cannot be written stops`() throws {
    let trainer = try trainer { $0.epochs = 1000 }
    let directory = try RunDirectory(creating: folder.file("run"))
    try FileManager.default.createDirectory(
      atPath: RunDirectory.checkpoint(step: 0, in: folder.file("run")),
      withIntermediateDirectories: true)
    let error = #expect(throws: TrainingError.self) { try trainer.train(into: directory) }
    #expect(error?.description.contains("the first checkpoint cannot be written") == true)
  }

  @Test func `the interval follows what a checkpoint costs`() {
    var schedule = CheckpointSchedule(CheckpointPolicy())
    #expect(schedule.interval == nil)
    schedule.measured(cost: 0.001)
    #expect(schedule.interval == 30)
    schedule.measured(cost: 2)
    #expect(schedule.interval == 100)
    var policy = CheckpointPolicy()
    policy.minutes = 3
    #expect(CheckpointSchedule(policy).interval == 180)
    policy.minutes = nil
    policy.every = 5
    let steps = CheckpointSchedule(policy)
    #expect((1...10).filter { steps.isAsked(step: $0) } == [5, 10])
    #expect(!steps.isTime())
  }
}
