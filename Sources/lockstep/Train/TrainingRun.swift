import CSystem
import Datasets
import Settings
import Training

/// What `train` and `resume` share: a trainer run to its end in a directory, and what came of it.
struct TrainingRun {
  let trainer: Trainer
  let dataset: Dataset
  let directory: RunDirectory
  let report: TrainingReport
  let console: Console

  /// Trains, tells about it, and gives the result. Signals are taken meanwhile.
  func run() throws -> SettingValue {
    // The products of smaller networks take no memory.
    if trainer.plan.model.network.layout.parameterCount >= 1 << 18 { lockstep_keep_large_blocks() }
    Interruption.begin()
    trainer.isStopped = { Interruption.signal != nil }
    let result = try trainer.train(into: directory) { report.show($0) }
    Interruption.end()
    let isDone = result.end != .interrupted
    let validation =
      try result.epochs.isEmpty && isDone && dataset.splits[.validation] != nil
      ? trainer.evaluate(.validation) : validation(of: result)
    let test = try isDone && dataset.splits[.test] != nil ? trainer.evaluate(.test) : nil
    report.end(result, test: test)
    console.unfinished = unfinished(result)
    return try members(result, validation: validation, test: test)
  }

  /// Of the epoch that the run stands for.
  private func validation(of result: TrainingResult) -> Metrics? {
    guard let last = result.epochs.last else { return nil }
    guard trainer.plan.configuration.bestWeights, let best = result.progress.best else {
      return last.validation
    }
    return result.epochs.last { $0.epoch == best.epoch }?.validation
  }

  private func unfinished(_ result: TrainingResult) -> Unfinished? {
    if let first = result.checkpointFailures.first {
      let count = result.checkpointFailures.count
      return Unfinished(
        status: 1,
        message: "error: \(Numbers.count(count, "checkpoint")) could not be written; the first: "
          + first)
    }
    guard result.end == .interrupted, let signal = Interruption.signal else { return nil }
    return Unfinished(
      status: 128 + signal,
      message: "interrupted by \(Interruption.name(signal)) after step "
        + "\(Numbers.count(result.progress.step)); lockstep resume "
        + "\(shellQuoted(directory.path)) goes on")
  }

  private func members(
    _ result: TrainingResult, validation: Metrics?, test: Metrics?
  ) throws -> SettingValue {
    var members: [String: SettingValue] = [
      "epochs": .integer(result.progress.epoch), "steps": .integer(result.progress.step),
      "samplesPerSecond": .number(result.samplesPerSecond),
      "parametersSHA256": .string(result.parametersSHA256),
      "workers": .integer(trainer.workers), "shards": .integer(trainer.plan.shards),
      "output": .string(directory.path), "history": .array(result.epochs.map(\.settings)),
      "end": .string("\(result.end)"),
    ]
    let cost = result.checkpointCost
    members["checkpoints"] = [
      "written": .integer(cost.count), "failed": .integer(result.checkpointFailures.count),
      "waitSeconds": .number(cost.waitSeconds), "copySeconds": .number(cost.copySeconds),
      "writeSeconds": .number(cost.writeSeconds),
    ]
    members["checkpoint"] = result.checkpoint.map { .string($0) }
    members["secondsToFirstStep"] = result.secondsToFirstStep.map { .number($0) }
    members["profile"] = result.anatomy?.settings
    if let best = result.progress.best {
      members["best"] = [
        "metric": .string(trainer.plan.configuration.best.rawValue),
        "value": .number(best.value), "epoch": .integer(best.epoch), "step": .integer(best.step),
      ]
    }
    if let last = result.epochs.last, case .object(let epoch) = last.settings {
      members["train"] = epoch["train"]
    } else if result.end != .interrupted {
      members["train"] = try trainer.evaluate(.train).settings(details: false)
    }
    members["validation"] = validation?.settings(details: false)
    members["test"] = test?.settings(details: false)
    if !trainer.leftOut.isEmpty {
      members["leftOut"] = .array(trainer.leftOut.map { .string($0) })
    }
    return .object(members)
  }
}
