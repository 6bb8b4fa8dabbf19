import Datasets
import Foundation
import Kernels
import Networks
import Settings
import TestSupport
import Testing

@testable import Training

/// A run that is interrupted and resumed comes to the bits of one that is not.
@Suite struct ResumeTests {
  private let folder = TemporaryDirectory()

  /// Everything that has a state or a place in the run: momentum, a schedule, a plateau, a moving
  /// average, early stopping and best weights too; a ragged last batch; 6 steps an epoch.
  private let configuration = RunConfiguration.eventful.with {
    $0.optimizer = .sgd(momentum: 0.9, nesterov: true)
    $0.learningRate = 0.05
    $0.schedule = Schedule(.oneCycle(), warmupSteps: 3)
    $0.plateau = Plateau()
    $0.plateau?.patience = 0
    $0.plateau?.threshold = 0.2
    $0.ema = 0.9
    $0.earlyStopping = 3
    $0.bestWeights = true
    $0.epochs = 5
    $0.checkpoints.keep = 100
  }

  /// Trains in `run` until `steps` steps are done, as a signal would end it.
  @discardableResult
  private func train(
    _ trainer: Trainer, in directory: RunDirectory, until steps: Int = .max
  ) throws -> TrainingResult {
    trainer.isStopped = { [unowned trainer] in trainer.progress.step >= steps }
    return try trainer.train(into: directory)
  }

  private func resume(
    _ run: String, workers: Int, until steps: Int = .max, epochs: Int? = nil,
    allowing changes: Resumption.Changes = [], data: Dataset? = nil
  ) throws -> TrainingResult {
    let resumption = try Resumption(
      RunDirectory(resuming: folder.file(run)), epochs: epochs, allowing: changes)
    let trainer = try Trainer(resuming: resumption, data: data ?? folder.points(), workers: workers)
    return try train(trainer, in: resumption.directory, until: steps)
  }

  private func start(
    _ run: String, workers: Int = 2, until steps: Int = .max,
    _ change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> TrainingResult {
    let trainer = try Trainer(configuration.with(change), data: folder.points(), workers: workers)
    return try train(trainer, in: RunDirectory(creating: folder.file(run)), until: steps)
  }

  /// Everything in a checkpoint but the times.
  private func content(of path: String) throws -> [String] {
    let checkpoint = try Checkpoint(path: path)
    let layout = checkpoint.model.network.layout
    return checkpoint.tensors.map { "\($0.path) \(layout.sha256(of: $0.values))" } + [
      checkpoint.progress.settings.json(), checkpoint.configuration.settings.json(),
    ]
      + checkpoint.history.epochs.map { epoch in
        var epoch = epoch
        (epoch.seconds, epoch.samplesPerSecond) = (0, 0)
        return epoch.settings.json()
      }
  }

  @Test func `interrupted at any step, a run comes to the same bits and reports`() throws {
    let whole = try start("whole")
    #expect(whole.end != .interrupted)
    for step in [1, 5, 6, 7, 14, 18, 23] {
      let run = "run-\(step)"
      #expect(try start(run, until: step).end == .interrupted)
      let resumed = try resume(run, workers: step % 4 + 1)
      #expect(resumed.parametersSHA256 == whole.parametersSHA256, "interrupted at step \(step)")
      let newest = try RunDirectory.checkpoints(in: folder.file(run)).last!
      let expected = try RunDirectory.checkpoints(in: folder.file("whole")).last!
      #expect(try content(of: newest) == content(of: expected), "interrupted at step \(step)")
    }
  }

  @Test func `interrupted again and again, a run comes to the same bits`() throws {
    let whole = try start("whole")
    _ = try start("run", until: 2)
    var step = 2
    var end = TrainingResult.End.interrupted
    var hash = ""
    while end == .interrupted {
      step += 3
      let result = try resume("run", workers: step % 5 + 1, until: step)
      (end, hash) = (result.end, result.parametersSHA256)
    }
    #expect(end == whole.end)
    #expect(hash == whole.parametersSHA256)
  }

  @Test func `when checkpoints are written changes no bit`() throws {
    let expected = try start("a").parametersSHA256
    #expect(try start("b") { $0.checkpoints.every = 1 }.parametersSHA256 == expected)
    #expect(try start("c") { $0.checkpoints.every = 4 }.parametersSHA256 == expected)
    #expect(
      try start("d") { $0.checkpoints.minutes = 1e-6 }.parametersSHA256 == expected)
  }

  @Test func `checkpoints within an epoch go on exactly too`() throws {
    let whole = try start("whole") { $0.checkpoints.every = 1 }
    let paths = try RunDirectory.checkpoints(in: folder.file("whole")).dropLast()
    // An epoch has 6 steps: each place in it comes, in one epoch or another.
    for path in stride(from: 0, to: paths.count, by: 5).map({ paths[$0] }) {
      // A run that was killed when this was its newest checkpoint.
      let run = folder.file("killed-\(path.suffix(12).prefix(9))")
      let directory = try RunDirectory(creating: run)
      let checkpoint = try Checkpoint(path: path)
      try directory.write(checkpoint.configuration, data: checkpoint.data)
      try checkpoint.write(
        to: RunDirectory.checkpoint(step: checkpoint.progress.step, in: run))
      let resumption = try Resumption(directory)
      let trainer = try Trainer(resuming: resumption, data: folder.points(), workers: 3)
      _ = try train(trainer, in: directory)
      #expect(
        try content(of: RunDirectory.checkpoints(in: run).last!)
          == content(of: RunDirectory.checkpoints(in: folder.file("whole")).last!))
    }
    #expect(whole.end != .interrupted)
  }

  @Test func `a finished run is left as it is, and goes on when it is to have more epochs`() throws
  {
    func plain(_ configuration: inout RunConfiguration) {
      configuration.schedule = Schedule(.constant)
      configuration.earlyStopping = nil
    }
    let long = try start("long", plain)
    let short = try start("short") {
      plain(&$0)
      $0.epochs = 2
    }
    #expect(try resume("short", workers: 1).parametersSHA256 == short.parametersSHA256)
    let extended = try resume("short", workers: 1, epochs: 5)
    #expect(extended.parametersSHA256 == long.parametersSHA256)
    #expect(extended.epochs.count == 5)
    #expect(extended.progress == long.progress)
    // What was asked for holds when the run is interrupted and resumed.
    #expect(try RunDirectory(resuming: folder.file("short")).configuration()?.epochs == 5)
  }

  @Test func `a run cannot be made shorter than it is`() throws {
    _ = try start("run", until: 8)
    let within = #expect(throws: TrainingError.self) { try resume("run", workers: 1, epochs: 1) }
    #expect(
      within?.description == "epochs: is 1, but the run is in epoch 2 already; expected 2 or more")
    #expect(try resume("run", workers: 1, epochs: 2).progress.epoch == 2)
    let error = #expect(throws: TrainingError.self) { try resume("run", workers: 1, epochs: 1) }
    #expect(error?.description.contains("the run has trained 2 already") == true)
    #expect(try RunDirectory(resuming: folder.file("run")).configuration()?.epochs == 2)
  }

  @Test func `beyond its plan a run keeps the schedule's final learning rate`() throws {
    let short = try start("short") {
      $0.schedule = Schedule(.cosine(minimum: 0.01))
      $0.earlyStopping = nil
      $0.plateau = nil
      $0.epochs = 2
    }
    let extended = try resume("short", workers: 1, epochs: 4)
    #expect(extended.epochs[0].trainLoss == short.epochs[0].trainLoss)
    #expect(extended.epochs[3].learningRate == 0.01)
  }

  @Test func `before the first checkpoint a run starts anew`() throws {
    let expected = try start("whole")
    let trainer = try Trainer(configuration, data: folder.points())
    try RunDirectory(creating: folder.file("run"))
      .write(trainer.plan.configuration, data: DataReference(folder.points()))
    #expect(try resume("run", workers: 2).parametersSHA256 == expected.parametersSHA256)
    let error = #expect(throws: TrainingError.self) {
      try Resumption(RunDirectory(resuming: folder.path))
    }
    #expect(error?.description.contains("there is no run to go on with") == true)
  }

  @Test func `other data are refused unless allowed, moved data are not`() throws {
    _ = try start("run", until: 7)
    let other = try folder.points("other.h5", seed: 2)
    let error = #expect(throws: TrainingError.self) { try resume("run", workers: 1, data: other) }
    let words = error?.description ?? ""
    for part in [
      other.path, other.fingerprint, try folder.points().fingerprint, "--allow-data-change",
    ] {
      #expect(words.contains(part), "\(words)")
    }
    #expect(try resume("run", workers: 1, allowing: .data, data: other).progress.step > 7)
  }

  @Test func `changed settings are refused by name, and allowed where the tensors fit`() throws {
    _ = try start("run", until: 7)
    func edit(_ change: (inout RunConfiguration) -> Void) throws {
      let directory = try RunDirectory(resuming: folder.file("run"))
      var configuration = try RunDirectory.newest(in: folder.file("run"))!.checkpoint.configuration
      change(&configuration)
      try directory.write(configuration, data: directory.data()!)
    }
    try edit { $0.learningRate = 0.5 }
    let error = #expect(throws: TrainingError.self) { try resume("run", workers: 1) }
    #expect(error?.description.contains("learningRate: 0.5, in the checkpoint 0.05") == true)
    #expect(try resume("run", workers: 1, until: 9, allowing: .configuration).progress.step == 9)

    try edit {
      $0.network = nil
      $0.hidden = [5]
    }
    let misfit = #expect(throws: TrainingError.self) {
      try resume("run", workers: 1, allowing: .configuration)
    }
    #expect(misfit?.description.contains("network: ") == true)
    #expect(misfit?.description.contains("tensors do not fit") == true)

    // How long the run is and what it keeps may change at any time.
    try edit {
      $0.checkpoints.keep = 1
      $0.epochs = 4
    }
    #expect(try resume("run", workers: 1).epochs.count <= 4)
  }

  @Test func `another numerics identity is told and recorded`() throws {
    _ = try start("run", until: 7)
    let path = folder.file("run")
    let found = try RunDirectory.newest(in: path)!
    let read = found.checkpoint
    try Checkpoint(
      configuration: read.configuration, model: read.model, progress: read.progress,
      history: read.history, data: read.data,
      numerics: [NumericsPeriod(step: 0, identity: "another machine")], tensors: read.tensors,
      memory: read.memory
    ).write(to: found.path)
    let change = try Resumption(RunDirectory(resuming: path)).numericsChange
    #expect(change?.from == "another machine")
    #expect(change?.to == NumericsIdentity.current)
    _ = try resume("run", workers: 1, until: 9)
    #expect(
      try RunDirectory.newest(in: path)!.checkpoint.numerics == [
        NumericsPeriod(step: 0, identity: "another machine"),
        NumericsPeriod(step: 7, identity: NumericsIdentity.current),
      ])
  }

  @Test func `two trainers cannot be in one directory`() throws {
    let path = folder.file("run")
    do {
      let first = try RunDirectory(creating: path)
      let error = #expect(throws: TrainingError.self) { try RunDirectory(resuming: path) }
      #expect(error?.description.contains("is in use") == true)
      #expect(throws: TrainingError.self) {
        try RunDirectory(creating: path, replacingExisting: true)
      }
      withExtendedLifetime(first) {}
    }
    _ = try RunDirectory(resuming: path)
  }

  @Test func `a folder in which no run came to be is as good as an empty one`() throws {
    let path = folder.file("run")
    do {
      let directory = try RunDirectory(creating: path)
      try directory.write(configuration, data: DataReference(folder.points()))
    }
    #expect(throws: TrainingError.self) { try RunDirectory(creating: path) }
    for name in ["run.json5", "checkpoints"] {
      try FileManager.default.removeItem(atPath: path + "/" + name)
    }
    _ = try RunDirectory(creating: path)
  }

  @Test func `what killed processes left half written is removed`() throws {
    _ = try start("run", until: 3)
    try folder.write([1], to: "run/checkpoints/.step-000000009.h5.1-1.partial")
    try folder.write([1], to: "run/.run.json5.1-1.partial")
    _ = try RunDirectory(resuming: folder.file("run"))
    for folder in [folder.file("run"), folder.file("run/checkpoints")] {
      #expect(try names(in: folder).allSatisfy { !$0.hasSuffix(".partial") })
    }
  }

  @Test func `progress reads back from JSON to the bit`() throws {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<1000 {
      var progress = Progress()
      func any() -> Double {
        let value = Double(bitPattern: random.next())
        return value.isFinite ? value : 0.1
      }
      progress.sums = ShardResult(loss: any(), weight: any(), correct: 3, rows: 4)
      progress.best = BestEpoch(value: any(), epoch: 1, step: 2)
      progress.plateau.scale = any()
      progress.plateau.best = any()
      let text = progress.settings.json()
      let read = try Progress(
        settings: SettingValue(json5: text.utf8, source: "progress"), path: "progress")
      #expect(read == progress)
    }
  }
}
