import CSystem
import Datasets
import Glibc
import Kernels

/// The command line program: finds the command, runs it, and says how it ended.
enum Program {
  static let commands: [any Command.Type] = [
    Convert.self, Train.self, Resume.self, Evaluate.self, Predict.self, Inspect.self,
    Verify.self, Tune.self,
  ]

  /// - Returns: the exit status: 0 done, 1 failed, 2 the command line or the run file is wrong,
  ///   130 and 143 interrupted.
  static func run(_ words: [String]) -> Int32 {
    if words.count == 3, words[0] == DamageCheck.word {
      return DamageCheck.walk(words[1], words[2])
    }
    AtomicFile.removeTemporariesOnInterrupt()
    DamageCheck.install()
    // The memory budget is of what the process has, not of what it uses.
    lockstep_return_large_blocks()
    // A reader that goes away early (`lockstep inspect … | head`) is no reason to die of a signal.
    signal(SIGPIPE, SIG_IGN)
    // Nor is a file that outgrows the shell's limit: writing it fails, which is told and cleaned up.
    signal(SIGXFSZ, SIG_IGN)
    do {
      try dispatch(words)
      return 0
    } catch let error as Unfinished {
      Console.report(error.message)
      return error.status
    } catch {
      Console.report("error: \(error)")
      return error is UsageError ? 2 : 1
    }
  }

  private static func dispatch(_ words: [String]) throws {
    switch words.first {
    case nil, "":
      throw UsageError("expected a command: \(names); lockstep --help tells about them")
    case "--help", "-h":
      try Console.writeResult(Help.program(commands))
    case "--version":
      try Console.writeResult("lockstep \(NumericsIdentity.programVersion)\n")
    case let name?:
      guard let command = commands.first(where: { $0.name == name }) else {
        throw unknownCommand(name)
      }
      let arguments = try Arguments(Array(words.dropFirst()), for: command)
      if arguments.has(.help) { return try Console.writeResult(Help.command(command)) }
      let console = Console(isJSON: arguments.has(.json))
      defer { console.clearProgress() }
      try console.finish(command.run(arguments, console))
      if let unfinished = console.unfinished { throw unfinished }
    }
  }

  private static var names: String { commands.map { $0.name }.joined(separator: ", ") }

  private static func unknownCommand(_ name: String) -> UsageError {
    if name.hasPrefix("-") {
      return UsageError(
        "\(name) stands before the command; usage: lockstep COMMAND [OPTIONS], where COMMAND is one "
          + "of \(names)")
    }
    return .unknown(
      name, "as a command", known: commands.map { $0.name }, otherwise: "known are \(names)")
  }
}
