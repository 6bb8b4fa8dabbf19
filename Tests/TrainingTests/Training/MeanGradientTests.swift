import Datasets
import TestSupport
import Testing

@testable import Training

@Suite struct MeanGradientTests {
  private let folder = TemporaryDirectory()

  @Test(arguments: [false, true])
  func `a batch in any number of shards has the same mean gradient to rounding`(weighted: Bool)
    throws
  {
    let path = folder.file("classes.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 96], weighted: weighted)
    let data = try Dataset(path: path)
    let gradients = try [1, 2, 5, 96].map { try meanGradient(of: data, shards: $0) }
    let norm = gradients[0].reduce(0) { $0 + $1 * $1 }.squareRoot()
    for gradient in gradients.dropFirst() {
      for (one, other) in zip(gradients[0], gradient) { #expect(abs(one - other) <= 1e-6 * norm) }
    }
  }

  @Test func `a batch smaller than the number of shards counts its rows alone`() throws {
    let path = folder.file("classes.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 67])
    let data = try Dataset(path: path)
    var configuration = RunConfiguration()
    configuration.batchSize = 64
    let few = try parameters(after: configuration, data: data, shards: 2)
    let many = try parameters(after: configuration, data: data, shards: 64)
    for (one, other) in zip(few, many) { #expect(abs(one - other) <= 1e-5) }
  }

  private func parameters(
    after configuration: RunConfiguration, data: Dataset, shards: Int
  ) throws -> [Float] {
    var configuration = configuration
    configuration.shards = shards
    configuration.epochs = 2
    let trainer = try Trainer(configuration, data: data)
    _ = try trainer.train()
    return Array(trainer.engine.parameters.pointer)
  }

  /// The mean gradient of the whole data at the initial parameters: what plain gradient descent
  /// with a learning rate of 1 takes off.
  private func meanGradient(of data: Dataset, shards: Int) throws -> [Double] {
    var configuration = RunConfiguration()
    configuration.optimizer = .sgd()
    configuration.learningRate = 1
    configuration.batchSize = 96
    configuration.shards = shards
    let trainer = try Trainer(configuration, data: data)
    let before = Array(trainer.engine.parameters.pointer)
    #expect(try trainer.step(trainer.training.passInOrder()))
    return zip(before, trainer.engine.parameters.pointer).map { Double($0) - Double($1) }
  }
}
