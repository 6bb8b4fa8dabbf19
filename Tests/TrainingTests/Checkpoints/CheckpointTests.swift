import Datasets
import Foundation
import HDF5
import Networks
import Settings
import TestSupport
import Testing

@testable import Training

@Suite struct CheckpointTests {
  private let folder = TemporaryDirectory()

  private func trainer(_ change: (inout RunConfiguration) -> Void = { _ in }) throws -> Trainer {
    let path = folder.file("classes.h5")
    if try !folder.names().contains("classes.h5") {
      try SyntheticDataset.writeClasses(to: path, rows: [.train: 100, .validation: 20])
    }
    var configuration = RunConfiguration()
    configuration.hidden = [6, 5]
    configuration.dropout = 0.1
    configuration.epochs = 2
    configuration.optimizer = .adam()
    configuration.clipNorm = 1
    configuration.shards = 3
    change(&configuration)
    return try Trainer(configuration, data: Dataset(path: path))
  }

  private func run(_ trainer: Trainer) throws -> String {
    let directory = try RunDirectory(creating: folder.file("run"))
    return try trainer.train(into: directory).checkpoint!
  }

  @Test func `a checkpoint reads back as it was written`() throws {
    let trainer = try trainer()
    let read = try Checkpoint(path: run(trainer))
    #expect(read.configuration == trainer.plan.configuration)
    #expect(read.progress == trainer.progress)
    #expect(read.parametersSHA256 == trainer.checkpoint.parametersSHA256)
    #expect(read.model.normalization == trainer.plan.model.normalization)
    #expect(read.states.map(\.name) == ["firstMoment", "secondMoment"])
    for (state, buffer) in zip(read.states, trainer.updater.states) {
      for tensor in read.model.network.layout.tensors {
        let values = buffer.view.slice(tensor.range)
        let stored = state.values.slice(tensor.range)
        #expect((0..<values.count).allSatisfy { values[$0] == stored[$0] })
      }
    }
  }

  @Test func `tensors of many megabytes read back as they were written`() throws {
    let trainer = try trainer {
      $0.hidden = [300_001]
      $0.optimizer = .sgd()
      $0.shards = 1
      $0.epochs = 0
    }
    let read = try Checkpoint(path: run(trainer))
    #expect(read.parametersSHA256 == trainer.checkpoint.parametersSHA256)
  }

  @Test func `moments before the first step take no room in the file`() throws {
    let trainer = try trainer {
      $0.hidden = [300_001]
      $0.epochs = 0
    }
    let path = try run(trainer)
    let read = try Checkpoint(path: path)
    #expect(read.parametersSHA256 == trainer.checkpoint.parametersSHA256)
    #expect(read.states.allSatisfy { state in state.values.withBytes(\.isZero) })
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_blocks * 512 < status.st_size / 2)
  }

  @Test func `a snapshot stays as it was while the state changes`() throws {
    let trainer = try trainer { $0.hidden = [300_001] }
    let snapshot = Snapshot(
      count: trainer.checkpoint.parameters.count, groups: trainer.checkpoint.tensors.count)
    for value: Float in [0, 1, 0, 2] {
      for tensor in trainer.checkpoint.tensors { tensor.values.fill(value) }
      let taken = snapshot.take(trainer.checkpoint, pool: trainer.engine.pool)
      for tensor in trainer.checkpoint.tensors { tensor.values.fill(9) }
      for tensor in taken.tensors {
        #expect((0..<tensor.values.count).allSatisfy { tensor.values[$0] == value })
      }
    }
  }

  @Test func `the history reads back from its JSON`() throws {
    #expect(History().json == "[\n\n]")
    let epochs = try trainer().train().epochs
    #expect(epochs.count == 2)
    let value = try SettingValue(json5: History(epochs).json.utf8, source: "history")
    #expect(value == .array(epochs.map(\.settings)))
  }

  @Test func `a run writes a checkpoint before the first step and after each epoch`() throws {
    _ = try run(trainer())
    let names = try RunDirectory.checkpoints(in: folder.file("run")).map { $0.suffix(17) }
    #expect(names == ["step-000000000.h5", "step-000000010.h5", "step-000000020.h5"])
  }

  @Test func `no epochs write the initial checkpoint and stop`() throws {
    let trainer = try trainer { $0.epochs = 0 }
    let checkpoint = try Checkpoint(path: run(trainer))
    #expect(checkpoint.progress.step == 0)
    #expect(checkpoint.parametersSHA256 == trainer.checkpoint.parametersSHA256)
  }

  @Test func `a checkpoint's model gives the metrics that the run gave`() throws {
    let trainer = try trainer()
    let path = try run(trainer)
    let model = try TrainedModel(path: path)
    let data = try Dataset(path: folder.file("classes.h5"))
    #expect(try model.evaluate(data, split: .validation) == trainer.evaluate(.validation))
  }

  @Test(arguments: [
    ("missing", "/parameters/0-dense/weight is missing"), ("shape", "expected float32 of shape"),
    ("extra", "/parameters/0-dense/extra is not a tensor"), ("damaged", "fails its checksum"),
    ("state", "/optimizer/velocity is not a state"), ("format", "is not a Lockstep checkpoint"),
    ("version", "has format version 99"),
  ])
  func `a checkpoint that does not fit is refused, and the error names what`(
    damage: String, message: String
  ) throws {
    let path = try run(trainer())
    do {
      let file = try File(opening: path, .readWrite)
      switch damage {
      case "missing": try file.root.remove("parameters/0-dense")
      case "shape":
        try file.root.remove("parameters/0-dense/bias")
        try file.createDataset("parameters/0-dense/bias", .float32, shape: [7])
      case "extra": try file.createDataset("parameters/0-dense/extra", .float32, shape: [1])
      case "damaged":
        try file.dataset("parameters/0-dense/bias").write([Float](repeating: 9, count: 6))
      case "state": _ = try file.createGroup("optimizer/velocity")
      case "format": try file.attributes.set("format", to: "other")
      default: try file.attributes.set("version", to: 99)
      }
      try file.close()
    }
    let error = #expect(throws: TrainingError.self) { try Checkpoint(path: path) }

    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains(path) == true)
  }

  @Test func `a folder that is not empty is refused, and replaced when asked`() throws {
    _ = try run(trainer())
    let path = folder.file("run")
    let error = #expect(throws: TrainingError.self) { try RunDirectory(creating: path) }
    #expect(error?.description.contains("exists and is not empty") == true)
    _ = try RunDirectory(creating: path, replacingExisting: true)
    #expect(try RunDirectory.checkpoints(in: path).isEmpty)
  }

  @Test func `a folder that holds no run is never replaced`() throws {
    let path = folder.file("mine")
    try FileManager.default.createDirectory(
      atPath: path + "/checkpoints", withIntermediateDirectories: true)
    let notes = ["run.json5", "history.json", "checkpoints/step-by-step.h5"]
    for name in notes {
      try "mine".write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    }
    let error = #expect(throws: TrainingError.self) {
      try RunDirectory(creating: path, replacingExisting: true)
    }
    #expect(error?.description.contains("is not a run's folder") == true, "\(error!)")
    for name in notes {
      #expect(try String(contentsOfFile: path + "/" + name, encoding: .utf8) == "mine")
    }
  }
}
