import Foundation
import TestSupport
import Testing

/// Killed anywhere, a run goes on to the bits of one that was never interrupted.
@Suite struct KillTests {
  let run: EventfulRun
  var workshop: Workshop { run.workshop }

  init() throws { run = try EventfulRun(isStreamed: true) }

  /// Where a process is killed: as it enters a system call of some kind for the nth time, or after
  /// some time.
  private enum Moment {
    case call(String, Int)
    case seconds(Double)

    /// Opening, writing, flushing (the file, then its folder), renaming and removing files.
    static let calls = [
      "openat": 30..<200, "pwrite64": 1..<60, "fsync": 1..<60, "rename": 1..<30, "unlink": 1..<15,
    ]

    static func anyCall(_ random: inout SeededGenerator) -> Moment {
      let (name, range) = calls.sorted { $0.key < $1.key }.randomElement(using: &random)!
      return .call(name, Int.random(in: range, using: &random))
    }

    static func anyTime(_ random: inout SeededGenerator) -> Moment {
      .seconds(Double.random(in: 0.05..<1.5, using: &random))
    }

    /// A shell's command that runs `line` and kills it.
    func killing(_ line: String) -> String {
      switch self {
      case .call(let name, let count):
        "strace -f -qq -o /dev/null -e trace=\(name) "
          + "-e inject=\(name):signal=KILL:when=\(count) \"$lockstep\" \(line) >log 2>&1"
      case .seconds(let seconds):
        "timeout -s KILL \(seconds) \"$lockstep\" \(line) >log 2>&1"
      }
    }
  }

  /// The command that starts the run or goes on with it.
  private func command(_ random: inout SeededGenerator) throws -> String {
    let budget = Bool.random(using: &random) ? EventfulRun.streaming : ""
    let machine = "--workers \(Int.random(in: 1...3, using: &random)) \(budget)"
    return try workshop.shell("test -e run/run.json5").status == 0
      ? "resume run \(machine)"
      : "\(EventfulRun.train) --output run --checkpoint-every 7 \(machine)"
  }

  /// Kills runs `count` times, resumes them with other workers and budgets, and compares.
  private func survive(
    _ count: Int, seed: UInt64, _ moment: (inout SeededGenerator) -> Moment
  ) throws {
    let expected = try run.hash("\(EventfulRun.train) --output whole")
    var random = SeededGenerator(seed: seed)
    var kills = 0
    while kills < count {
      let line = try command(&random)
      let outcome = try workshop.shell(moment(&random).killing(line))
      if outcome.status == 0 {
        // It came to its end before it was killed.
        #expect(try run.hash("evaluate run --data data.h5") == expected)
        _ = try workshop.shell("rm -r run")
      } else {
        let log = try workshop.shell("cat log").output
        // The kill may have met the process that looks at a file before it is opened.
        let isOther = log.contains("the process that looks at it was killed")
        #expect(outcome.status == 137 || isOther, "\(log)")
        kills += 1
      }
    }
    #expect(try run.hash(command(&random)) == expected)
    #expect(try workshop.shell("find run -name '*.partial'").output.isEmpty)
  }

  @Test func `the data of these tests are streamed through several windows`() throws {
    let outcome = try workshop.lockstep(
      "\(EventfulRun.train) --output run --epochs 1 \(EventfulRun.streaming)")
    #expect(outcome.output.contains("reading        40 blocks of 5 rows at a time"))
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `Killed at any time and resumed with any workers, a run comes to the same bits`(
    seed: UInt64
  ) throws {
    try survive(5, seed: seed, Moment.anyTime)
  }

  private static let canTrace =
    (try? Lockstep.shell("strace -f -o /dev/null -e trace=fsync true"))?.status == 0

  @Test(
    .enabled(if: canTrace, "no kill at a chosen system call is tried: strace does not work here"),
    arguments: [3, 4, 5] as [UInt64])
  func `Killed at any system call and resumed with any workers, a run comes to the same bits`(
    seed: UInt64
  ) throws {
    try survive(5, seed: seed, Moment.anyCall)
  }
}
