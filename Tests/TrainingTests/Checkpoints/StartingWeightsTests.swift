import Datasets
import Networks
import TestSupport
import Testing

@testable import Training

@Suite struct StartingWeightsTests {
  private let folder = TemporaryDirectory()

  private func trainer(_ change: (inout RunConfiguration) -> Void) throws -> Trainer {
    let path = folder.file("classes.h5")
    if try !folder.names().contains("classes.h5") {
      try SyntheticDataset.writeClasses(to: path, rows: [.train: 60])
    }
    var configuration = RunConfiguration()
    configuration.hidden = [8, 6]
    configuration.epochs = 2
    configuration.shards = 2
    change(&configuration)
    return try Trainer(configuration, data: Dataset(path: path))
  }

  private func source() throws -> (run: String, result: TrainingResult) {
    let run = folder.file("source")
    return (run, try trainer { _ in }.train(into: RunDirectory(creating: run)))
  }

  @Test func `a run starts from a checkpoint's weights`() throws {
    let (run, source) = try source()
    let started = try trainer { $0.initFrom = InitialWeights(path: run) }
    #expect(started.checkpoint.parametersSHA256 == source.parametersSHA256)
    #expect(started.progress.step == 0)
    #expect(
      started.plan.configuration.initFrom?.parametersSHA256 == source.parametersSHA256)
  }

  @Test func `every tensor must fit by name and shape, or is named`() throws {
    let (run, _) = try source()
    let error = #expect(throws: TrainingError.self) {
      try trainer {
        $0.initFrom = InitialWeights(path: run)
        $0.hidden = [8, 5, 4]
      }
    }
    let words = error?.description ?? ""
    for part in [
      "1-dense/weight is [6, 8] there, [5, 8] in the network", "1-dense/bias is [6] there",
      "2-dense/weight is [3, 6] there, [4, 5] in the network",
      "3-dense/weight [3, 4] is not in the checkpoint", "--partial",
    ] {
      #expect(words.contains(part), "\(words)")
    }
    #expect(!words.contains("0-dense"))
  }

  @Test func `a partial start takes what fits and names the rest`() throws {
    let (run, _) = try source()
    let started = try trainer {
      $0.initFrom = InitialWeights(path: run, partial: true)
      $0.hidden = [8, 5]
    }
    #expect(
      started.leftOut.map { $0.split(separator: " ")[0] } == [
        "1-dense/weight", "1-dense/bias", "2-dense/weight",
      ])
    let first = started.plan.model.network.layout.tensors[0]
    let source = try RunDirectory.find(run).checkpoint
    let theirs = source.parameters.slice(first.range)
    let own = started.engine.parameters.view.slice(first.range)
    withExtendedLifetime(source) {
      #expect((0..<own.count).allSatisfy { own[$0] == theirs[$0] })
    }
  }

  @Test func `a run cannot start anew from other weights than it was planned with`() throws {
    let (run, _) = try source()
    let planned = try trainer { $0.initFrom = InitialWeights(path: run) }.plan.configuration
    _ = try trainer { $0.seed = 5 }
      .train(into: RunDirectory(creating: run, replacingExisting: true))
    let error = #expect(throws: TrainingError.self) { try trainer { $0 = planned } }
    #expect(
      error?.description.contains("is not the checkpoint that the run was planned with") == true)
  }
}
