import Datasets
import Foundation
import Networks
import TestSupport
import Testing

@testable import Training

/// The examples that every introduction to the field begins with.
@Suite struct PrimerTests {
  private let folder = TemporaryDirectory()

  @Test func `exclusive or is learned by a hidden layer of sigmoids`() throws {
    let path = folder.file("xor.h5")
    try SyntheticDataset.writeValues(
      to: path, inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], outputs: [[0], [1], [1], [0]])
    var configuration = RunConfiguration()
    configuration.hidden = [8]
    configuration.activation = .sigmoid
    configuration.task = .classification
    configuration.loss = .meanSquaredError
    configuration.learningRate = 0.05
    configuration.batchSize = 4
    configuration.shards = 2
    configuration.epochs = 1500
    let trainer = try Trainer(configuration, data: Dataset(path: path, task: .classification))
    _ = try trainer.train()
    let metrics = try trainer.evaluate(.train)
    #expect(metrics.accuracy == 1)
    #expect(metrics.loss < 0.02)
  }

  @Test func `two spirals are told apart`() throws {
    let path = folder.file("spirals.h5")
    var inputs: [[Float]] = []
    var labels: [[Float]] = []
    for index in 0..<200 {
      let turn = Float(index / 2) / 100
      let angle = turn * 3 * .pi + (index % 2 == 0 ? 0 : .pi)
      inputs.append([6 * turn * cos(angle), 6 * turn * sin(angle)])
      labels.append(index % 2 == 0 ? [1, 0] : [0, 1])
    }
    try SyntheticDataset.writeValues(to: path, inputs: inputs, outputs: labels)
    var configuration = RunConfiguration()
    configuration.hidden = [32, 32]
    configuration.activation = .tanh
    configuration.task = .classification
    configuration.learningRate = 0.02
    configuration.schedule = Schedule(.oneCycle())
    configuration.batchSize = 50
    configuration.shards = 2
    configuration.epochs = 300
    let trainer = try Trainer(configuration, data: Dataset(path: path, task: .classification))
    _ = try trainer.train()
    #expect(try trainer.evaluate(.train).accuracy! >= 0.99)
  }

  @Test func `two layers of sigmoids fit the sine to a thousandth`() throws {
    let path = folder.file("sine.h5")
    let inputs = (0..<256).map { Float($0) / 128 - 1 }
    try SyntheticDataset.writeValues(
      to: path, inputs: inputs.map { [$0] }, outputs: inputs.map { [sin($0 * .pi)] })
    var configuration = RunConfiguration()
    configuration.hidden = [16, 16]
    configuration.activation = .sigmoid
    configuration.learningRate = 0.02
    configuration.schedule = Schedule(.cosine())
    configuration.batchSize = 32
    configuration.shards = 2
    configuration.epochs = 300
    let trainer = try Trainer(configuration, data: Dataset(path: path))
    _ = try trainer.train()
    let metrics = try trainer.evaluate(.train)
    #expect(metrics.loss < 1e-3)
    #expect(metrics.rSquared! > 0.99)
  }

  @Test func `handwritten digits are recognised`() throws {
    let digits = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Datasets/digits.h5")
    var configuration = RunConfiguration()
    configuration.hidden = [256]
    configuration.activation = .gelu
    configuration.dropout = 0.3
    configuration.learningRate = 0.005
    configuration.schedule = Schedule(.oneCycle())
    configuration.batchSize = 32
    configuration.shards = 2
    configuration.epochs = 40
    configuration.seed = 1
    let trainer = try Trainer(configuration, data: Dataset(path: digits.path))
    _ = try trainer.train()
    #expect(try trainer.evaluate(.test).accuracy! >= 0.97)
  }
}
