import Datasets
import TestSupport
import Testing

@testable import Training

/// Training from a stream gives the bits that training from memory gives.
@Suite struct StreamingTests {
  private let folder = TemporaryDirectory()
  private let rows = 6000

  private let configuration = RunConfiguration.eventful.with {
    $0.hidden = [12]
    $0.shuffle.blockRows = 30
    $0.shuffle.windowBlocks = 10
    $0.batchSize = 64
    $0.shards = 4
    $0.epochs = 2
  }

  private func dataset() throws -> Dataset {
    try folder.points(train: rows, validation: 1501, features: 100)
  }

  @Test func `memory and stream give the same bits, for any budget and any workers`() throws {
    let data = try dataset()
    let resident = try Trainer(configuration, data: data)
    #expect(resident.training.plan.staysResident)
    let expected = try resident.train()
    let validation = expected.epochs.map(\.validation!.loss)
    let whole = data.residentBytes(.train)
    for (budget, workers) in [(whole, 1), (whole, 3), (whole + 300_000, 4)] {
      let streamed = try Trainer(
        configuration, data: data, workers: workers, memoryBudget: budget)
      #expect(!streamed.training.plan.staysResident)
      let result = try streamed.train()
      #expect(result.parametersSHA256 == expected.parametersSHA256)
      #expect(result.epochs.map(\.trainLoss) == expected.epochs.map(\.trainLoss))
      #expect(result.epochs.map(\.validation!.loss) == validation)
    }
  }

  @Test func `the order of the file can be streamed too`() throws {
    let data = try dataset()
    let configuration = configuration.with {
      $0.shuffle = ShuffleChoice()
      $0.shuffle.mode = ShuffleGeometry.Mode.none
    }
    let expected = try Trainer(configuration, data: data).train()
    let streamed = try Trainer(
      configuration, data: data, memoryBudget: data.residentBytes(.train))
    #expect(!streamed.training.plan.staysResident)
    #expect(try streamed.train().parametersSHA256 == expected.parametersSHA256)
  }

  @Test func `a full shuffle that does not fit is refused with the arithmetic`() throws {
    let data = try dataset()
    let configuration = configuration.with { $0.shuffle = ShuffleChoice() }
    let error = #expect(throws: DatasetError.self) {
      try Trainer(configuration, data: data, memoryBudget: 200_000)
    }
    #expect(error?.problem.contains("\(rows) rows of 400 + 4 + 4 + 8 bytes") == true)
    #expect(error?.remedy == "raise --memory-budget, or use --shuffle window")
  }

  @Test func `splits that stay leave the others the memory that was set aside for them`() throws {
    let data = try dataset()
    let budget =
      try data.residentBytes(.train) + data.leastBytes(.validation, batch: configuration.batchSize!)
    let trainer = try Trainer(configuration, data: data, memoryBudget: budget)
    #expect(trainer.training.plan.staysResident)
  }

  @Test func `predictions of a streamed split have the rows' own numbers`() throws {
    let data = try dataset()
    let directory = try RunDirectory(creating: folder.file("run"))
    _ = try Trainer(configuration, data: data).train(into: directory)
    let model = try TrainedModel(path: directory.path)
    let budgets: [Int?] = [nil, data.residentBytes(.train) / 2]
    let outputs = try budgets.map { budget in
      let output = folder.file("predictions-\(budget ?? 0).csv")
      #expect(
        try model.predict(data, split: .train, to: output, memoryBudget: budget) == rows)
      return try bytes(of: output)
    }
    #expect(outputs[0] == outputs[1])
  }
}
