import Settings

enum Inspect: Command {
  static let name = "inspect"
  static let summary = "Shows what is in a dataset, a checkpoint or a run."
  static let usage = "lockstep inspect FILE.h5|RUN_DIR"
  static let details = ""
  static let options: [OptionGroup] = []
  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue { [:] }
}
