import Datasets
import Networks
import Settings
import Training

/// What `lockstep train` says to people: before, during and after a run.
final class TrainingReport {
  private let trainer: Trainer
  private let dataset: Dataset
  private let output: String
  private let console: Console
  private let epochs: EpochTable
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant
  /// Where this process started.
  private let firstStep: Int

  init(_ trainer: Trainer, of dataset: Dataset, output: String, _ console: Console) {
    self.trainer = trainer
    self.dataset = dataset
    self.output = output
    self.console = console
    epochs = EpochTable(
      isClassification: trainer.plan.model.classes > 0,
      hasValidation: dataset.splits[.validation] != nil)
    start = clock.now
    firstStep = trainer.progress.step
  }

  private var plan: Plan { trainer.plan }

  /// Says what will be trained.
  func begin(askedWorkers: Int?) throws {
    let quality = try dataset.shuffleQuality(
      geometry: plan.geometry, batch: plan.batchSize, seed: plan.configuration.seed)
    let overview = TrainingOverview(
      plan: plan, dataset: dataset, workers: trainer.workers, data: trainer.dataPlan,
      quality: quality)
    console.note(overview.text(output: output))
    if let warning = quality?.warning(batch: plan.batchSize) { console.note("\n" + warning) }
    if let askedWorkers, askedWorkers > trainer.workers {
      console.note(
        "--workers \(askedWorkers) is more than there are shards: \(trainer.workers) are used.")
    }
  }

  func show(_ event: TrainingEvent) {
    switch event {
    case .started:
      start = clock.now
      if plan.configuration.epochs > 0 { console.note("\n" + epochs.titles) }
    case .advanced(let step):
      console.show(progress(step))
    case .finishedEpoch(let epoch):
      console.note(epochs.line(epoch.settings))
      if !trainer.dataPlan.staysResident {
        console.note(
          "      of which \(Numbers.fixed(epoch.secondsWaiting, 1)) s waiting for data")
      }
    case .measuredEpoch(let anatomy):
      console.note("      " + anatomy.ledger)
    case .stoppedEarly(let count):
      console.note(
        "Stopped early: the validation \(plan.configuration.best.rawValue) has not improved for "
          + "\(Numbers.count(count, "epoch")).")
    case .checkpointFailed(_, let problem, let newest):
      console.warn(
        "a checkpoint could not be written: \(problem). Training goes on; the newest good "
          + "checkpoint is \(newest)")
    case .wroteCheckpoint:
      break
    }
  }

  /// Says what the run came to, and what can be done with it.
  func end(_ result: TrainingResult, test: Metrics?) {
    var facts = Facts()
    facts.add("test", test?.words)
    facts.add(
      result.end == .interrupted ? "interrupted" : "done", steps(until: result.progress.step))
    facts.add("checkpoint", result.checkpoint)
    if let best = result.progress.best {
      facts.add(
        "best",
        "epoch \(best.epoch), validation \(plan.configuration.best.rawValue) "
          + Numbers.loss(best.value))
    }
    facts.add("SHA-256", result.parametersSHA256)
    let (run, file) = (shellQuoted(output), shellQuoted(dataset.path))
    facts.add(
      "next",
      result.end == .interrupted
        ? "lockstep resume \(run)"
        : test == nil ? "lockstep inspect \(run)" : "lockstep evaluate \(run) --data \(file)")
    if let anatomy = result.anatomy { console.result("\n" + anatomy.text) }
    console.result("\n" + facts.text)
  }

  /// "1,407 steps, the last 907 of them in 4.3 s"
  private func steps(until last: Int) -> String {
    let all = Numbers.count(last, "step")
    guard last > firstStep else { return all }
    let duration = Numbers.duration((clock.now - start) / .seconds(1))
    return firstStep == 0
      ? "\(all) in \(duration)"
      : "\(all), the last \(Numbers.count(last - firstStep)) of them in \(duration)"
  }

  private func progress(_ step: StepReport) -> ProgressLine.State {
    let count = plan.configuration.epochs
    let fraction = min(1, Double(step.batch) / Double(max(1, plan.batchesPerEpoch)))
    var details = [
      "loss \(Numbers.loss(step.loss))", "\(Numbers.rate(step.samplesPerSecond)) samples/s",
    ]
    // Validation and checkpoints take their share of the time so far, so they are counted too.
    let seconds = (clock.now - start) / .seconds(1)
    let done = (Double(step.epoch - 1) + fraction) / Double(max(1, count))
    if seconds > 2, done > 0 {
      details.append("\(Numbers.duration(seconds * (1 - done) / done)) left")
    }
    return ProgressLine.State(
      title: "epoch \(step.epoch)/\(count)", fraction: fraction, details: details)
  }
}

extension Metrics {
  /// "loss 0.3312, accuracy 89.71 % (10,000 samples)"
  var words: String {
    var parts = ["loss \(Numbers.loss(loss))"]
    if let accuracy { parts.append("accuracy \(Numbers.percent(accuracy))") }
    parts += topK.map { "top-\($0.k) accuracy \(Numbers.percent($0.accuracy))" }
    if let meanAbsoluteError { parts.append("MAE \(Numbers.loss(meanAbsoluteError))") }
    if let rootMeanSquaredError { parts.append("RMSE \(Numbers.loss(rootMeanSquaredError))") }
    if let rSquared { parts.append("R² \(Numbers.fixed(rSquared, 4))") }
    return parts.joined(separator: ", ") + " (\(Numbers.count(samples, "sample")))"
  }
}
