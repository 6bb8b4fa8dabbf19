import Datasets
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct ProfileTests {
  private let folder = TemporaryDirectory()

  private let path: String

  init() throws {
    path = folder.file("classes.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 100, .validation: 40])
  }

  private func trainer(workers: Int) throws -> Trainer {
    var configuration = RunConfiguration()
    configuration.hidden = [8]
    configuration.dropout = 0.25
    configuration.batchSize = 32
    configuration.accumulate = 2
    configuration.shards = 4
    configuration.epochs = 3
    return try Trainer(configuration, data: Dataset(path: path), workers: workers)
  }

  @Test(arguments: [1, 2])
  func `a profile counts every step and every part, and changes no bit`(workers: Int) throws {
    let expected = try trainer(workers: workers).train()
    let trainer = try trainer(workers: workers)
    trainer.profile()
    var epochs: [StepAnatomy] = []
    let result = try trainer.train { event in
      if case .measuredEpoch(let anatomy) = event { epochs.append(anatomy) }
    }
    #expect(result.parametersSHA256 == expected.parametersSHA256)
    let total = try #require(result.anatomy)
    #expect(total.steps == 6 && total.samples == 300)
    #expect(epochs.map(\.steps) == [2, 2, 2])
    let names = total.parts.map(\.name)
    for name in [
      "choosing rows", "gather", "forward dense", "forward dropout", "loss", "backward dropout",
      "backward dense", "reduction + optimizer", "other",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(abs(epochs.reduce(0) { $0 + $1.seconds } - total.seconds) < 1e-6)
  }

  @Test func `a run without a profile has none`() throws {
    #expect(try trainer(workers: 1).train().anatomy == nil)
  }

  @Test func `more workers are predicted to share what is shared, and the rest not`() {
    let model = ScalingModel(
      samples: 1000, batchSize: 100, shards: 2, states: 2, serialSeconds: 0.1,
      shardSeconds: 0.8, imbalance: 1, updateSeconds: 0.1)
    let predictions = model.predictions(for: [1, 2, 4, 200])
    #expect(predictions.map(\.workers) == [1, 2, 4])
    // Bytes a parameter: 4·S + 24; measured with 2 shards, 32.
    let seconds = [0.1 + 0.8 + 0.1 * 28 / 32, 0.1 + 0.4 + 0.05, 0.1 + 0.2 + 0.025 * 40 / 32]
    for (prediction, seconds) in zip(predictions, seconds) {
      #expect(abs(prediction.samplesPerSecond - 1000 / seconds) < 1e-6)
    }
    #expect(abs(predictions[1].efficiency - seconds[0] / seconds[1] / 2) < 1e-12)
  }

  @Test func `a trace has the first spans of each shard within its stage`() throws {
    let trainer = try trainer(workers: 2)
    trainer.profile(traceSpans: 1000)
    _ = try trainer.train()
    let path = folder.file("trace.json")
    try trainer.stepTrace!.write(to: path)
    let document = try JSONSerialization.jsonObject(with: Data(bytes(of: path)))
    let events = try #require((document as? [String: Any])?["traceEvents"] as? [[String: Any]])
    let spans = events.filter { $0["ph"] as? String == "X" }
    #expect(spans.count == trainer.stepTrace!.eventCount)
    func interval(_ event: [String: Any]) -> ClosedRange<Double> {
      let start = (event["ts"] as! NSNumber).doubleValue
      return start...start + (event["dur"] as! NSNumber).doubleValue
    }
    let stages = spans.filter { $0["name"] as? String == "shards" }.map(interval)
    let shards = spans.filter { ($0["cat"] as? String)?.hasPrefix("shard ") == true }
    #expect(Set(shards.map { $0["cat"] as! String }).count == 4)
    for span in shards.map(interval) {
      #expect(
        stages.contains {
          $0.lowerBound - 0.01 <= span.lowerBound && span.upperBound <= $0.upperBound + 0.01
        })
    }
  }
}
