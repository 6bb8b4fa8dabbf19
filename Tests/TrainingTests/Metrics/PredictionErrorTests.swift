import Datasets
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct PredictionErrorTests {
  private let folder = TemporaryDirectory()

  @Test func `errors under a loss on logits are those of the predictions`() throws {
    let path = folder.file("probabilities.h5")
    let targets: [Float] = (0..<20).map { Float($0) / 19 }
    try SyntheticDataset.writeValues(
      to: path, inputs: targets.map { [$0 * 4 - 2] }, outputs: targets.map { [$0] })
    var configuration = RunConfiguration()
    configuration.loss = .binaryCrossEntropy
    configuration.epochs = 3
    let data = try Dataset(path: path)
    let trainer = try Trainer(configuration, data: data)
    _ = try trainer.train(into: RunDirectory(creating: folder.file("run")))
    let output = folder.file("predictions.csv")
    let model = try TrainedModel(path: folder.file("run"))
    _ = try model.predict(data, split: .train, to: output)
    let predictions = try String(contentsOfFile: output, encoding: .utf8)
      .split(separator: "\n").dropFirst().map { Double($0.split(separator: ",")[1])! }
    let error =
      zip(predictions, targets).reduce(0) { $0 + abs($1.0 - Double($1.1)) } / 20
    let metrics = try model.evaluate(data, split: .train)
    #expect(abs(metrics.meanAbsoluteError! - error) < 1e-6)
  }
}
