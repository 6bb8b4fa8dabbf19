import Settings

/// A subcommand: what it is called, what it takes, and what it does.
protocol Command: SendableMetatype {
  static var name: String { get }
  /// What it does, in a few words, for the list of commands.
  static var summary: String { get }
  /// The command line in one or more lines: `lockstep evaluate RUN_DIR|CHECKPOINT.h5 --data FILE.h5`.
  static var usage: String { get }
  /// More about it, for `--help`.
  static var details: String { get }
  /// Its own options; `--json` and `--help` belong to every command.
  static var options: [OptionGroup] { get }

  /// Does it.
  ///
  /// - Returns: the result, for `--json`.
  /// - Throws: `UsageError` where the command line is wrong; any other error where the work failed.
  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue
}

extension Command {
  static var optionGroups: [OptionGroup] {
    options + [OptionGroup(title: "Any command", options: [.json, .help])]
  }

  static var allOptions: [Option] { optionGroups.flatMap(\.options) }
}

extension Arguments {
  /// The words of a command that takes between so many of them.
  func words(_ range: ClosedRange<Int>, for command: any Command.Type) throws -> [String] {
    if words.count > range.upperBound {
      throw UsageError(
        "\(words[range.upperBound]) is one word too many; usage: \(command.usage)")
    }
    if words.count < range.lowerBound {
      throw UsageError("too few words; usage: \(command.usage)")
    }
    guard !words.contains("") else {
      throw UsageError("a word is empty; expected a path; usage: \(command.usage)")
    }
    return words
  }
}
