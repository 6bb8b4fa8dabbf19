import Datasets
import Settings
import Training

/// `--profile` of the commands that train.
enum Profiling {
  /// Single spans that a trace file gets: some megabytes of text.
  private static let traceSpans = 100_000

  /// Checks, before anything is done, that the trace could be written.
  static func check(_ arguments: Arguments) throws {
    try arguments.text(.profile).map(checkIsNew)
  }

  static func begin(_ arguments: Arguments, _ trainer: Trainer) {
    guard arguments.has(.profile) else { return }
    trainer.profile(traceSpans: arguments.text(.profile) == nil ? 0 : traceSpans)
  }

  /// Writes the trace, where one was asked for. That it cannot be written does not undo the run.
  static func end(_ arguments: Arguments, _ trainer: Trainer, _ console: Console) {
    guard let path = arguments.text(.profile), let trace = trainer.stepTrace else { return }
    do {
      try trace.write(to: path)
      console.result("trace       \(path): \(Numbers.count(trace.eventCount, "span"))")
    } catch {
      console.unfinished = console.unfinished ?? Unfinished(status: 1, message: "error: \(error)")
    }
  }
}

/// Throws unless a file of this name could be made. Such a file replaces none: it may be the user's
/// own.
func checkIsNew(_ path: String) throws {
  do {
    try AtomicFile.check(path, replacingExisting: false)
  } catch var error {
    if error.remedy?.contains("--force") == true {
      error.remedy = "choose another name, or remove it"
    }
    throw error
  }
}

extension StepAnatomy {
  /// "forward dense 31 %, backward dense 55 %, …": the largest parts first.
  var ledger: String {
    parts.sorted { $0.seconds > $1.seconds }.filter { $0.seconds >= seconds / 200 }
      .map { "\($0.name) \(Numbers.fixed($0.seconds / seconds * 100, 0)) %" }
      .joined(separator: ", ")
  }

  /// What a step is made of, and what it would take on more cores.
  var text: String {
    guard steps > 0 else { return "no step was measured" }
    var table = Table(["of a step": .left, "µs": .right, "share": .right])
    for part in parts {
      table.add([
        part.name, Numbers.fixed(part.seconds / Double(steps) * 1e6, 1),
        Numbers.percent(part.seconds / seconds),
      ])
    }
    table.add(["all", Numbers.fixed(seconds / Double(steps) * 1e6, 1), Numbers.percent(1)])
    var predictions = Table(["workers = shards": .right, "samples/s": .right, "efficiency": .right])
    for prediction in scaling.predictions() {
      predictions.add([
        "\(prediction.workers)", Numbers.rate(prediction.samplesPerSecond),
        Numbers.percent(prediction.efficiency),
      ])
    }
    let idle = parts.first { $0.name == "idle" }?.seconds ?? 0
    let remark =
      idle > seconds / 5
      ? "\nMuch of the time was idle: if other work kept the cores busy, expect more." : ""
    return table.text
      + "\n\nPredicted from these parts, where memory and caches grow with the cores\n"
      + predictions.text + remark
  }

  /// As a member of a JSON document.
  var settings: SettingValue {
    [
      "steps": .integer(steps), "samples": .integer(samples), "workers": .integer(workers),
      "seconds": .number(seconds),
      "parts": .array(
        parts.map { ["name": .string($0.name), "seconds": .number($0.seconds)] }),
      "predicted": .array(
        scaling.predictions().map {
          [
            "workers": .integer($0.workers), "samplesPerSecond": .number($0.samplesPerSecond),
            "efficiency": .number($0.efficiency),
          ]
        }),
    ]
  }
}
