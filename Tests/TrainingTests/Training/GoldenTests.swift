import Datasets
import Foundation
import HDF5
import Settings
import Testing

@testable import Training

/// Replays the runs of `Tests/Golden`, which PyTorch recorded, from the same initial parameters on
/// the same rows in the same order.
@Suite struct GoldenTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Golden").path

  static let runs = try! FileManager.default.contentsOfDirectory(atPath: folder)
    .filter { $0.hasSuffix(".h5") }.sorted()

  @Test func `at least six runs are recorded`() {
    #expect(Self.runs.count >= 6)
  }

  @Test(arguments: runs, [1, 3])
  func `losses and parameters are PyTorch's to one part in ten thousand`(
    run: String, shards: Int
  ) throws {
    let golden = try Golden(path: Self.folder + "/" + run)
    var configuration = golden.configuration
    configuration.shards = shards
    let trainer = try Trainer(configuration, data: golden.dataset, workers: 2)
    try golden.setInitialParameters(of: trainer)

    let losses = try golden.losses(of: trainer)
    let recorded = try golden.file.dataset("losses").values(as: Double.self)
    #expect(losses.count == recorded.count)
    for (step, (loss, expected)) in zip(losses, recorded).enumerated() {
      #expect(abs(loss - expected) <= 1e-4 * abs(expected), "step \(step + 1)")
    }
    for tensor in trainer.plan.model.network.layout.tensors {
      let expected = try golden.file.dataset("final/\(tensor.name)").values(as: Float.self)
      let values = trainer.engine.parameters.pointer[tensor.range]
      let difference = norm(zip(values, expected).map { Double($0 - $1) })
      #expect(difference <= 1e-4 * norm(expected.map { Double($0) }), "\(tensor.name)")
    }
  }

  private func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}

/// One recorded run.
private struct Golden {
  let file: File
  let configuration: RunConfiguration
  let dataset: Datasets.Dataset

  init(path: String) throws {
    file = try File(opening: path)
    let text = try file.attributes.string("configuration")
    var settings = try SettingValue(json5: text.utf8, source: path)
    settings = settings.merging(["shuffle": "none"])
    configuration = try RunConfiguration(settings: settings, path: path)
    dataset = try Dataset(
      path: path, features: "/features", targets: "/targets",
      weights: file.kind(of: "weights") == nil ? nil : "/weights", task: configuration.task)
  }

  func setInitialParameters(of trainer: Trainer) throws {
    for tensor in trainer.plan.model.network.layout.tensors {
      let values = try file.dataset("initial/\(tensor.name)").values(as: Float.self)
      #expect(values.count == tensor.range.count)
      for (index, value) in zip(tensor.range, values) {
        trainer.engine.parameters.view[index] = value
      }
    }
  }

  /// Trains all epochs and returns each step's mean loss.
  func losses(of trainer: Trainer) throws -> [Double] {
    var losses: [Double] = []
    for _ in 0..<trainer.plan.configuration.epochs {
      let pass = trainer.training.passInOrder()
      var before = trainer.progress.sums
      while try trainer.step(pass) {
        let after = trainer.progress.sums
        losses.append((after.loss - before.loss) / (after.weight - before.weight))
        before = after
      }
    }
    return losses
  }
}
