import Datasets
import TestSupport
import Testing

@testable import Training

/// The result of a run depends on its configuration and its data alone.
@Suite struct DeterminismTests {
  private let folder = TemporaryDirectory()

  private let configuration = RunConfiguration.eventful.with { $0.classWeights = .balanced }

  @Test func `any number of workers gives the same bits`() throws {
    let data = try folder.points()
    let results = try [1, 2, 3, 5, 8].map { workers in
      try Trainer(configuration, data: data, workers: workers).train()
    }
    #expect(Set(results.map(\.parametersSHA256)).count == 1)
    let first = results[0].epochs.map { [$0.trainLoss, $0.validation!.loss] }
    for result in results {
      #expect(result.epochs.map { [$0.trainLoss, $0.validation!.loss] } == first)
    }
  }

  @Test func `one and two workers give the same bits with the default shards`() throws {
    let data = try folder.points()
    let configuration = configuration.with { $0.shards = nil }
    let hashes = try [1, 2].map {
      try Trainer(configuration, data: data, workers: $0).train().parametersSHA256
    }
    #expect(hashes[0] == hashes[1])
  }

  @Test func `the order in which shards run makes no difference`() throws {
    let data = try folder.points()
    let expected = try Trainer(configuration, data: data, workers: 1)
    let shuffled = try Trainer(configuration, data: data, workers: 1)
    let passes = [expected, shuffled].map { $0.training.passInOrder() }
    var generator = SystemRandomNumberGenerator()
    for step in 0..<5 {
      for (trainer, pass) in zip([expected, shuffled], passes) {
        #expect(try trainer.engine.batch.fill(from: pass, step: step, firstSample: 0))
      }
      let sum = expected.engine.computeGradients(on: expected.training, accumulates: false)
      for shard in (0..<8).shuffled(using: &generator) {
        shuffled.engine.replicas[shard].train(
          on: shuffled.engine.batch, of: shuffled.training.memory,
          parameters: shuffled.engine.parameters.view, accumulates: false)
      }
      #expect(treeSum(8, +) { shuffled.engine.replicas[$0].result } == sum)
      for trainer in [expected, shuffled] {
        try trainer.updater.apply(
          weight: sum.weight, learningRate: 0.01, step: step + 1, pool: trainer.engine.pool)
      }
    }
    #expect(expected.checkpoint.parametersSHA256 == shuffled.checkpoint.parametersSHA256)
  }

  @Test func `one shard and eight agree to rounding`() throws {
    let data = try folder.points()
    let parameters = try [1, 8].map { shards in
      let trainer = try Trainer(configuration.with { $0.shards = shards }, data: data)
      _ = try trainer.train()
      return Array(trainer.engine.parameters.pointer)
    }
    for (one, eight) in zip(parameters[0], parameters[1]) {
      #expect(abs(one - eight) <= 1e-4)
    }
    #expect(parameters[0] != parameters[1], "eight shards add in another order than one")
  }

  @Test func `another seed gives other parameters`() throws {
    let data = try folder.points()
    let hashes = try ([0, 1] as [UInt64]).map { seed in
      try Trainer(configuration.with { $0.seed = seed }, data: data).train().parametersSHA256
    }
    #expect(hashes[0] != hashes[1])
  }

  @Test func `writing checkpoints changes no bit`() throws {
    let data = try folder.points()
    let directory = try RunDirectory(creating: folder.file("run"))
    let written = try Trainer(configuration, data: data).train(into: directory)
    let unwritten = try Trainer(configuration, data: data).train()
    #expect(written.parametersSHA256 == unwritten.parametersSHA256)
  }
}
