import Datasets
import Networks
import Settings
import TestSupport
import Testing

@testable import Training

@Suite struct ConfigurationTests {
  @Test func `every setting is written and read back`() throws {
    let text = """
      {
        hidden: [5, 4], activation: "tanh", dropout: 0.5, outputActivation: "softmax",
        task: "classification", loss: { loss: "huber", delta: 2 },
        optimizer: { optimizer: "sgd", momentum: 0.9, nesterov: true }, learningRate: 0.1,
        schedule: { schedule: "cosine", warmupSteps: 10 }, weightDecay: 1e-4, l1: 1e-5, l2: 1e-6,
        decayBiases: true, clipNorm: 1, batchSize: 32, accumulate: 2, epochs: 7, seed: 11,
        shards: 4, classWeights: [1, 2, 3],
        shuffle: { mode: "window", blockRows: 16, windowBlocks: 64 }, earlyStopping: 3, topK: [2],
      }
      """
    let settings = try SettingValue(json5: text.utf8, source: "run.json5")
    let configuration = try RunConfiguration(settings: settings, path: "run.json5")
    #expect(configuration.shuffle.windowBlocks == 64)
    #expect(configuration.regularization?.l2 == 1e-6)
    let again = try RunConfiguration(settings: configuration.settings, path: "again")
    #expect(again == configuration)
  }

  @Test func `the defaults are those of a run file without settings`() throws {
    let configuration = try RunConfiguration(settings: [:], path: "run.json5")
    var defaults = RunConfiguration()
    defaults.regularization = configuration.regularization
    #expect(configuration == defaults)
    #expect(configuration.regularization == Regularization())
  }

  @Test func `a plan completes the configuration, and planning it again changes nothing`() throws {
    let folder = TemporaryDirectory()
    let path = folder.file("classes.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 250])
    let data = try Dataset(path: path)
    var configuration = RunConfiguration()
    configuration.classWeights = .balanced
    let plan = try Trainer(configuration, data: data).plan
    #expect(plan.batchSize == 25)
    #expect(plan.configuration.network?.layers.count == 2)
    #expect(plan.configuration.loss == .softmaxCrossEntropy())
    #expect(plan.configuration.shuffle.mode == .full)
    let again = try Trainer(plan.configuration, data: data).plan
    #expect(again.configuration == plan.configuration)
  }
}
