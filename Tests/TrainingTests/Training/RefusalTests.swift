import Datasets
import Networks
import Settings
import TestSupport
import Testing

@testable import Training

@Suite struct RefusalTests {
  private let folder = TemporaryDirectory()

  private func dataset() throws -> Dataset {
    let path = folder.file("classes.h5")
    if try !folder.names().contains("classes.h5") {
      try SyntheticDataset.writeClasses(to: path, rows: [.train: 100])
    }
    return try Dataset(path: path)
  }

  @Test(arguments: [
    ("{ batchSize: 101 }", "batchSize: is 101, more than the 100 rows"),
    ("{ batchSize: 10, shards: 11 }", "shards: is 11, more than the 10 samples of a batch"),
    ("{ network: [{ layer: 'dense', units: 4 }] }", "3 classes, the network 4 outputs"),
    ("{ classWeights: [1, 2] }", "2 class weights are given for 3 classes"),
    ("{ classWeights: [0, 0, 0] }", "all 0"),
    ("{ network: [{ layer: 'dense', units: 3, activation: 'softmax' }] }", "ends in softmax"),
    ("{ outputActivation: 'sigmoid' }", "includes softmax"),
    ("{ activation: 'step' }", "gradient"),
    ("{ shuffle: { mode: 'full', blockRows: 3 } }", "belong to mode window"),
    ("{ learningRate: 0 }", "learningRate: is 0; expected a number above 0"),
    ("{ learningRate: NaN }", "learningRate: is nan; expected a number above 0"),
    ("{ learningRate: -1 }", "learningRate: is -1; expected a number above 0"),
    ("{ epochs: -1 }", "epochs: is -1"),
    ("{ hiden: [3] }", "hiden: is unknown"),
    ("{ network: [{ layer: 'dense', units: 3 }], hidden: [3] }", "hidden: stands beside network"),
    ("{ optimizer: { optimizer: 'sgd', beta: 1 } }", "beta: is unknown"),
    ("{ loss: 'crossEntropy' }", "expected one of"),
    ("{ task: 'regression' }", "task: is regression"),
  ])
  func `a run that cannot be is refused with what was found and expected`(
    text: String, message: String
  ) throws {
    let data = try dataset()
    let error = #expect(throws: (any Error).self) {
      let settings = try SettingValue(json5: text.utf8, source: "run.json5")
      let configuration = try RunConfiguration(settings: settings, path: "run.json5")
      _ = try Trainer(configuration, data: data)
    }
    let description = error.map { "\($0)" } ?? ""
    #expect(description.contains(message), "\(description)")
  }

  @Test func `a loss that is not finite stops the run before the update`() throws {
    var configuration = RunConfiguration()
    configuration.task = .regression
    configuration.hidden = []
    configuration.optimizer = .sgd()
    configuration.learningRate = 1e30
    configuration.epochs = 50
    let path = folder.file("values.h5")
    try SyntheticDataset.writeValues(
      to: path, inputs: (0..<40).map { [Float($0)] }, outputs: (0..<40).map { [Float($0)] })
    let directory = try RunDirectory(creating: folder.file("run"))
    let trainer = try Trainer(configuration, data: Dataset(path: path))
    let error = #expect(throws: TrainingError.self) { try trainer.train(into: directory) }
    #expect(error?.description.contains("is not finite at step") == true, "\(error!)")
    let checkpoint = try RunDirectory.find(folder.file("run")).checkpoint
    #expect(checkpoint.parameters.count > 0)
  }

  @Test func `a batch of no weight makes no step`() throws {
    let path = folder.file("weighted.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 100], weighted: true)
    var configuration = RunConfiguration()
    configuration.batchSize = 1
    configuration.shuffle.mode = ShuffleGeometry.Mode.none
    configuration.shards = 1
    let trainer = try Trainer(configuration, data: Dataset(path: path))
    let before = trainer.checkpoint.parametersSHA256
    let pass = trainer.training.passInOrder()
    #expect(try trainer.step(pass))
    #expect(trainer.progress.step == 0)
    #expect(trainer.checkpoint.parametersSHA256 == before)
    #expect(try trainer.step(pass))
    #expect(trainer.progress.step == 1)
    #expect(trainer.checkpoint.parametersSHA256 != before)
  }

  @Test(arguments: ["meanSquaredError", "binaryCrossEntropy", "softmaxCrossEntropy"])
  func `a single class is refused by every loss`(loss: String) throws {
    let path = folder.file("single.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 40], classes: 1)
    let configuration = try RunConfiguration(
      settings: ["loss": .string(loss)], path: "run.json5")
    let error = #expect(throws: NetworkError.self) {
      _ = try Trainer(configuration, data: Dataset(path: path))
    }
    #expect(error?.description.contains("at least 2 classes; the data has 1") == true)
  }

  @Test func `sample weights that are all zero are refused`() throws {
    let path = folder.file("weightless.h5")
    // The first of four rows weighs nothing.
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 1], classes: 2, weighted: true)
    var configuration = RunConfiguration()
    configuration.batchSize = 1
    let error = #expect(throws: TrainingError.self) {
      _ = try Trainer(configuration, data: Dataset(path: path))
    }
    #expect(error?.description.contains("all 0 in train") == true, "\(error!)")
  }

  @Test func `targets that the loss has no meaning for are refused`() throws {
    let path = folder.file("outside.h5")
    try SyntheticDataset.writeValues(
      to: path, inputs: (0..<20).map { [Float($0)] },
      outputs: (0..<20).map { [Float($0) / 10] })
    var configuration = RunConfiguration()
    configuration.loss = .binaryCrossEntropy
    let error = #expect(throws: TrainingError.self) {
      _ = try Trainer(configuration, data: Dataset(path: path))
    }
    #expect(error?.description.contains("from 0 to 1; row 11") == true, "\(error!)")
  }
}
