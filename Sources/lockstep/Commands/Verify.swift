import Datasets
import Glibc
import Settings
import Training

/// `lockstep verify`: shows on the user's own network, data and machine that neither the number of
/// workers nor a kill changes a bit.
enum Verify: Command {
  static let name = "verify"
  static let summary = "Shows that workers and kills change no bit, with your network and data."
  static let usage = "lockstep verify [RUN.json5] --data FILE.h5"
  static let details = """
    Trains the first steps of a run with 1, with 2 and with all workers, and once
    more in a process that is killed (kill -9) on the way and resumed with another
    number of workers. All must come to the same parameters, to the bit. Exit status
    0 says that they do.

    The settings are those of lockstep train. What it writes on the way lies in a
    folder of its own in TMPDIR, and is removed.
    """

  static let options =
    [
      OptionGroup(
        title: "What is verified",
        options: [TrainOptions.data, steps] + TrainOptions.layout + Option.permissions)
    ]
    + TrainOptions.settings
    + [OptionGroup(title: "Machine", options: [.memoryBudget])]

  private static let steps = Option(
    "steps", .integer(1...1_000_000_000),
    "Steps to train, or a few more. The kill comes half-way. Default: 100.")

  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    let files = try arguments.words(0...1, for: Self.self)
    _ = try arguments.required(TrainOptions.data, for: Self.self)
    let settings = try RunSettings(file: files.first, arguments)
    let configuration = try settings.configuration()
    let dataset = try settings.dataset(arguments, task: configuration.task)
    let verification = try settings.explaining {
      try Verification(
        configuration, data: dataset, settings: settings,
        permissions: Option.permissions.filter(arguments.has),
        memoryBudget: arguments.integer(.memoryBudget), console)
    }
    Interruption.begin()
    let runs = try verification.run(steps: arguments.integer(steps) ?? 100)
    Interruption.end()
    return result(runs, console)
  }

  private static func result(_ runs: [Verification.Run], _ console: Console) -> SettingValue {
    let expected = runs[0].parametersSHA256
    let agree = runs.allSatisfy { $0.parametersSHA256 == expected }
    var table = Table([
      "run": .left, "workers": .left, "steps": .right, "parameters": .left, "": .left,
    ])
    for run in runs {
      table.add([
        run.name, run.workers, Numbers.count(run.steps), "\(run.parametersSHA256.prefix(16))…",
        run.parametersSHA256 == expected ? "same" : "DIFFERENT",
      ])
    }
    console.result(table.text)
    console.result(
      agree
        ? "\nVerified: all runs came to the same bits. SHA-256 \(expected)"
        : "\nNot verified: the runs came to different bits.")
    if !agree {
      console.unfinished = Unfinished(
        status: 1, message: "error: the runs came to different parameters")
    }
    return [
      "agree": .boolean(agree), "parametersSHA256": .string(expected),
      "runs": .array(
        runs.map { run in
          [
            "name": .string(run.name), "workers": .string(run.workers),
            "steps": .integer(run.steps), "parametersSHA256": .string(run.parametersSHA256),
          ]
        }),
    ]
  }
}
