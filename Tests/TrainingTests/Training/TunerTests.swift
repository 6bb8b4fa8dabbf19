import Datasets
import TestSupport
import Testing

@testable import Training

@Suite struct TunerTests {
  private let folder = TemporaryDirectory()

  private func dataset(rows: Int = 400) throws -> Dataset {
    let path = folder.file("classes.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: rows, .validation: 40])
    return try Dataset(path: path)
  }

  @Test func `every question is tried out, and the choice is one of the trials`() throws {
    let result = try Tuner(RunConfiguration(), data: dataset(), seconds: 1).run()
    for question in [TuningTrial.Question.workers, .shards, .batchSize] {
      #expect(result.trials.contains { $0.question == question })
    }
    #expect(result.trials.allSatisfy { $0.samplesPerSecond > 0 && !$0.streamed })
    #expect(result.trials.contains { $0.workers == result.workers })
    #expect(result.trials.contains { $0.shards == result.shards })
    #expect(result.trials.contains { $0.batchSize == result.batchSize })
    #expect(result.largestBatchSize == 400)
  }

  @Test func `shards and batch size that are given stay`() throws {
    var configuration = RunConfiguration()
    configuration.shards = 3
    configuration.batchSize = 48
    let result = try Tuner(configuration, data: dataset(), seconds: 1).run()
    #expect(result.shards == 3 && result.batchSize == 48)
  }

  @Test func `when the time is over the trials that are left are not made`() throws {
    let result = try Tuner(RunConfiguration(), data: dataset(), seconds: 1e-9).run()
    #expect(result.trials.count == 1 && !result.isComplete)
  }

  @Test func `a learning rate that would diverge does not stop the trials`() throws {
    var configuration = RunConfiguration()
    configuration.learningRate = 1e30
    configuration.optimizer = .sgd()
    let result = try Tuner(configuration, data: dataset(), seconds: 0.5).run()
    #expect(!result.trials.isEmpty)
  }

  @Test func `data that pass through memory are tried with less of it`() throws {
    var configuration = RunConfiguration()
    configuration.shuffle.mode = .window
    configuration.shuffle.blockRows = 10
    configuration.shuffle.windowBlocks = 4
    configuration.batchSize = 16
    let data = try dataset(rows: 60_000)
    let result = try Tuner(configuration, data: data, memoryBudget: 2_000_000, seconds: 4).run()
    #expect(result.trials.allSatisfy { $0.streamed })
    #expect(!result.isComplete || result.trials.contains { $0.memoryBudget == 2_000_000 })
    #expect(!result.isComplete || result.memoryBudget != nil)
  }

  @Test func `a stop ends the trials`() throws {
    let tuner = try Tuner(RunConfiguration(), data: dataset(), seconds: 1)
    tuner.isStopped = { true }
    #expect(throws: CancellationError.self) { try tuner.run() }
  }

  @Test func `what is tried doubles, and has the ends`() {
    #expect(Tuner.doubling(1, through: 6) == [1, 2, 4, 6])
    #expect(Tuner.doubling(1, through: 1) == [1])
    #expect(Tuner.shards(cores: 4, batchSize: 20, asked: 3) == [3, 4, 8, 16])
    #expect(Tuner.batchSizes(asked: 100, largest: 150) == [16, 32, 64, 100, 128, 150])
  }
}
