/// What `--help` prints.
enum Help {
  private static let width = 88

  static func program(_ commands: [any Command.Type]) -> String {
    let list = commands.map { entry($0.name, $0.summary, indent: 12) }.joined()
    return """
      Lockstep trains neural networks on the cores of this machine, from HDF5 files. The result of
      a run depends on its configuration alone, not on how many threads ran it.

      Usage: lockstep COMMAND [OPTIONS]

      Commands
      \(list)
      lockstep COMMAND --help tells about a command, lockstep --version about the program.

      Exit status: 0 done; 1 it failed; 2 the command line or the run file is wrong, and nothing
      was started; 130 or 143 interrupted by SIGINT or SIGTERM.

      """
  }

  static func command(_ command: any Command.Type) -> String {
    var text = "Usage: \(command.usage)\n\n\(command.details)\n"
    for group in command.optionGroups {
      text += "\n\(group.title)\n"
      for option in group.options {
        text += entry(
          option.flag
            + (option.value.placeholder.map { ($0.hasPrefix("[=") ? "" : " ") + $0 } ?? ""),
          option.help, indent: 26)
      }
    }
    return text
  }

  /// A term and what it means, the meaning wrapped in a column of its own.
  private static func entry(_ term: String, _ meaning: String, indent: Int) -> String {
    var lines = wrapped(meaning, width: width - indent)
    var text = "  " + term
    if text.count + 2 > indent {
      text += "\n"
      lines = [""] + lines
      text.removeLast()
    } else {
      text += String(repeating: " ", count: indent - text.count)
    }
    let margin = "\n" + String(repeating: " ", count: indent)
    return text + lines.joined(separator: margin) + "\n"
  }

  private static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let line = lines.last, line.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
