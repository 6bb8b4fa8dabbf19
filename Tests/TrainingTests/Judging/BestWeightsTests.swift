import Datasets
import Kernels
import TestSupport
import Testing

@testable import Training

@Suite struct BestWeightsTests {
  private let folder = TemporaryDirectory()

  private func trainer(_ change: (inout RunConfiguration) -> Void) throws -> Trainer {
    let path = folder.file("classes.h5")
    if try !folder.names().contains("classes.h5") {
      try SyntheticDataset.writeClasses(to: path, rows: [.train: 60, .validation: 30])
    }
    var configuration = RunConfiguration()
    configuration.hidden = [32]
    configuration.epochs = 40
    configuration.learningRate = 0.05
    configuration.shards = 2
    configuration.checkpoints.keep = 1
    change(&configuration)
    return try Trainer(configuration, data: Dataset(path: path))
  }

  @Test(arguments: [nil, 0.8])
  func `the best epoch's weights are what a run stands for`(ema: Double?) throws {
    let trainer = try trainer {
      $0.earlyStopping = 4
      $0.bestWeights = true
      $0.ema = ema
    }
    let run = folder.file("run")
    let result = try trainer.train(into: RunDirectory(creating: run))
    let best = try #require(result.progress.best)
    #expect(result.end == .stoppedEarly)
    #expect(result.progress.epoch == best.epoch + 4)
    #expect(result.checkpoint == RunDirectory.checkpoint(step: best.step, in: run))
    let found = try RunDirectory.find(run)
    #expect(found.path == result.checkpoint)
    #expect(found.checkpoint.parametersSHA256 == result.parametersSHA256)
    #expect(try trainer.evaluate(.validation).loss == best.value)
    #expect(
      try TrainedModel(path: run).evaluate(
        Dataset(path: folder.file("classes.h5")), split: .validation
      )
      .loss == best.value)
  }

  @Test func `without a directory the best weights come back too`() throws {
    let trainer = try trainer {
      $0.earlyStopping = 4
      $0.bestWeights = true
    }
    let result = try trainer.train()
    #expect(try trainer.evaluate(.validation).loss == result.progress.best?.value)
  }

  @Test func `the best may be chosen by accuracy`() throws {
    let trainer = try trainer {
      $0.best = .accuracy
      $0.epochs = 8
    }
    let result = try trainer.train()
    let accuracies = result.epochs.map { $0.validation!.accuracy! }
    #expect(result.progress.best?.value == accuracies.max())
    #expect(result.progress.best?.epoch == accuracies.firstIndex(of: accuracies.max()!)! + 1)
  }

  @Test func `what validation decides needs a validation split`() throws {
    let path = folder.file("alone.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 60])
    let changes: [(String, (inout RunConfiguration) -> Void)] = [
      ("earlyStopping", { $0.earlyStopping = 1 }), ("plateau", { $0.plateau = Plateau() }),
      ("bestWeights", { $0.bestWeights = true }), ("best", { $0.best = .rSquared }),
    ]
    for (name, change) in changes {
      var configuration = RunConfiguration()
      change(&configuration)
      let error = #expect(throws: TrainingError.self) {
        try Trainer(configuration, data: Dataset(path: path))
      }
      #expect(error?.description.hasPrefix("\(name): ") == true)
    }
  }

  @Test func `the moving average starts with the first step and follows the parameters`() throws {
    let decay: Float = 0.75
    let trainer = try trainer { $0.ema = Double(decay) }
    let pass = trainer.training.passInOrder()
    let average = try #require(trainer.updater.average)
    var expected: [Float] = []
    for step in 0..<5 {
      #expect(try trainer.step(pass))
      let parameters = Array(trainer.engine.parameters.pointer)
      expected =
        step == 0
        ? parameters
        : zip(expected, parameters).map { $0 + (1 - decay) * ($1 - $0) }
      #expect(Array(average.pointer) == expected)
    }
    #expect(Array(average.pointer) != Array(trainer.engine.parameters.pointer))
  }
}
