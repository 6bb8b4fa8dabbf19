import Foundation
import TestSupport
import Testing

/// Interrupting and resuming, through the program.
@Suite struct ResumeTests {
  let workshop = Workshop()

  /// Dropout, momentum, a schedule, a moving average, early stopping, a plateau and a shuffle of
  /// several windows; 40 steps an epoch.
  private static let settings =
    "--data data.h5 --hidden 24,12 --dropout 0.2 --optimizer sgd --learning-rate 0.05 "
    + "--schedule cosine --ema 0.95 --early-stopping 9 --plateau 1 --clip-norm 1 --batch-size 3 "
    + "--shuffle window --block-rows 5 --window-blocks 6 --epochs 8 --shards 3 --seed 5"

  init() throws {
    try workshop.writePoints()
    let text = "{ optimizer: { optimizer: 'sgd', momentum: 0.9 } }"
    try workshop.folder.write(Array(text.utf8), to: "run.json5")
  }

  private func hash(_ line: String) throws -> String? {
    try workshop.json(line)["parametersSHA256"] as? String
  }

  private static let hasStrace = (try? Lockstep.shell("strace -V"))?.status == 0

  /// Where a process is killed: as it enters a system call of some kind for the nth time, or after
  /// some time.
  private enum Moment {
    case call(String, Int)
    case seconds(Double)

    static func random(_ random: inout SeededGenerator) -> Moment {
      switch Int.random(in: 0..<8, using: &random) {
      // Opening, writing, flushing (the file, then its folder), renaming and removing files.
      case 0: .call("openat", Int.random(in: 30..<200, using: &random))
      case 1: .call("pwrite64", Int.random(in: 1..<60, using: &random))
      case 2, 3: .call("fsync", Int.random(in: 1..<60, using: &random))
      case 4: .call("rename", Int.random(in: 1..<30, using: &random))
      case 5: .call("unlink", Int.random(in: 1..<15, using: &random))
      default: .seconds(Double.random(in: 0.05..<1.5, using: &random))
      }
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

  @Test(.enabled(if: hasStrace, "strace is not installed"), arguments: 0..<5)
  func `Killed at any moment and resumed with any workers, a run comes to the same bits`(
    round: Int
  ) throws {
    let expected = try hash("train run.json5 --output whole \(Self.settings)")
    var random = SeededGenerator(seed: UInt64(round) &+ 11)
    var kills = 0
    while kills < 5 {
      let workers = "--workers \(Int.random(in: 1...3, using: &random))"
      let isStarted = (try? workshop.folder.names().contains("run")) ?? false
      let canResume = try isStarted && workshop.shell("test -e run/run.json5").status == 0
      let line =
        canResume
        ? "resume run \(workers)"
        : "train run.json5 --output run --checkpoint-every 7 \(workers) \(Self.settings)"
      let outcome = try workshop.shell(Moment.random(&random).killing(line))
      if outcome.status == 0 {
        // It came to its end before it was killed.
        #expect(try hash("evaluate run --data data.h5") == expected)
        _ = try workshop.shell("rm -r run")
      } else {
        let log = try workshop.shell("cat log").output
        #expect(outcome.status == 137, "\(log)")
        kills += 1
      }
    }
    let canResume = try workshop.shell("test -e run/run.json5").status == 0
    let line =
      canResume
      ? "resume run" : "train run.json5 --output run --checkpoint-every 7 \(Self.settings)"
    #expect(try hash(line) == expected)
    let left = try workshop.shell("find run -name '*.partial'")
    #expect(left.output.isEmpty)
  }

  @Test(arguments: [("INT", 130), ("TERM", 143)])
  func `A signal has a checkpoint written, and the run goes on from there`(
    signal: String, status: Int
  ) throws {
    let settings = Self.settings.replacingOccurrences(of: "--epochs 8", with: "--epochs 2000")
      .replacingOccurrences(of: "--early-stopping 9", with: "--early-stopping 100000")
    let outcome = try workshop.shell(
      """
      "$lockstep" train run.json5 --output run \(settings) --json > result 2> log &
      pid=$!
      for try in {1..200}; do [ -e run/history.json ] && break; sleep 0.05; done
      kill -\(signal) $pid
      wait $pid
      """)
    #expect(outcome.status == status)
    let log = try workshop.shell("tail -1 log").output
    #expect(log.hasPrefix("lockstep: interrupted by SIG\(signal) after step "), "\(log)")
    #expect(log.contains("lockstep resume run goes on"))
    let text = try Data(bytes(of: workshop.folder.file("result")))
    let document = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    let checkpoint = try #require(document["checkpoint"] as? String)
    let inspected = try workshop.json("inspect \(checkpoint)")
    #expect(number(inspected, "progress.step") == number(document, "steps"))
    #expect(inspected["parametersSHA256"] as? String == document["parametersSHA256"] as? String)
    let epochs = Int(number(document, "epochs")!) + 2
    let resumed = try workshop.json("resume run --epochs \(epochs)")
    #expect(resumed["resumedFrom"] as? String == checkpoint)
    // The schedule is that of the 2000 epochs that were planned.
    let text2 = "{ optimizer: { optimizer: 'sgd', momentum: 0.9 }, scheduleEpochs: 2000 }"
    try workshop.folder.write(Array(text2.utf8), to: "run.json5")
    let whole = settings.replacingOccurrences(of: "--epochs 2000", with: "--epochs \(epochs)")
    #expect(
      try hash("train run.json5 --output whole \(whole)")
        == resumed["parametersSHA256"] as? String)
  }

  @Test func `A damaged newest checkpoint is told, and the one before it used`() throws {
    let expected = try hash("train run.json5 --output whole \(Self.settings)")
    let names = try workshop.shell("ls whole/checkpoints/*").output.split(separator: "\n")
    let newest = String(names.last!)
    let content = try bytes(of: workshop.folder.file(newest))
    var random = SeededGenerator(seed: 4)
    let positions = (0..<8).map { _ in Int.random(in: 0..<content.count, using: &random) }
    for (index, length) in ([0, content.count / 2] + positions).enumerated() {
      var damaged = content
      if index < 2 { damaged = Array(content.prefix(length)) } else { damaged[length] ^= 0x20 }
      try workshop.folder.write(damaged, to: newest)
      let outcome = try workshop.lockstep("resume whole --json")
      #expect(outcome.status == 0, "\(outcome.error)")
      #expect(outcome.output.contains("\"parametersSHA256\": \"\(expected ?? "")\""))
      let isTold = outcome.error.contains("lockstep: warning: ") && outcome.error.contains(newest)
      let isUsed = outcome.output.contains("\"resumedFrom\": \"\(newest)\"")
      #expect(isTold != isUsed, "\(outcome.error)")
      if index < 2 { #expect(isTold) }
    }
    try workshop.folder.write([], to: newest)
    #expect(try workshop.lockstep("inspect \(newest)").status == 1)
  }

  @Test func `Moved data are found where --data says, and other data are refused`() throws {
    _ = try workshop.json(
      "train run.json5 --output run \(Self.settings) --epochs 1"
        .replacingOccurrences(of: "--epochs 8 ", with: ""))
    _ = try workshop.shell("mv data.h5 moved.h5")
    let missing = try workshop.lockstep("resume run --epochs 2")
    expectFailure(missing, status: 1, ["data.h5"])
    #expect(number(try workshop.json("resume run --epochs 2 --data moved.h5"), "epochs") == 2)
    try workshop.writePoints(to: "other.h5", splits: [.train, .validation])
    let other = try workshop.lockstep("resume run --epochs 3 --data other.h5")
    expectFailure(other, status: 1, ["other.h5", "fingerprint", "--allow-data-change"])
    #expect(
      number(
        try workshop.json("resume run --epochs 3 --data other.h5 --allow-data-change"), "epochs")
        == 3)
  }

  @Test func `A finished run says so, and a second trainer is refused`() throws {
    let finished = try hash("train run.json5 --output run \(Self.settings)")
    let again = try workshop.lockstep("resume run")
    #expect(again.status == 0 && again.output.contains("run is finished"))
    #expect(again.output.contains(finished ?? "?"))
    _ = try workshop.shell("mv data.h5 gone.h5")
    #expect(try hash("resume run") == finished)
    _ = try workshop.shell("mv gone.h5 data.h5")
    let second = try workshop.shell(
      """
      exec 9< run
      flock 9
      "$lockstep" resume run --epochs 99 2> log
      status=$?
      cat log
      exit $status
      """)
    #expect(second.status == 1 && second.output.contains("is in use"))
    expectFailure(try workshop.lockstep("resume none"), status: 1, ["none", "No such file"])
  }

  @Test func `verify finds the same bits`() throws {
    let line = "verify run.json5 \(Self.settings)"
    let outcome = try workshop.lockstep(line)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("Verified: all runs came to the same bits"))
    let document = try workshop.json(line)
    #expect(document["agree"] as? Bool == true)
    #expect((document["runs"] as? [Any])?.count ?? 0 >= 3)
  }

  private static let canMount: Bool = {
    let outcome = try? Lockstep.shell("unshare -m mount -t tmpfs -o size=64k tmpfs /mnt")
    return outcome?.status == 0
  }()

  @Test(.enabled(if: canMount, "mounting a small file system is not allowed here"))
  func `A disk that fills up costs checkpoints, not the run, and the older ones load`() throws {
    let outcome = try workshop.shell(
      """
      unshare -m bash -c 'mkdir -p disk; mount -t tmpfs -o size=400k tmpfs disk
      "$lockstep" train run.json5 --output disk/run \(Self.settings) --epochs 3000 --json \
        --early-stopping 99999 > result 2> log &
      pid=$!
      for try in {1..200}; do [ -e disk/run/history.json ] && break; sleep 0.05; done
      cp log before
      head -c 400000 /dev/zero > disk/filler
      for try in {1..200}; do grep -q warning log && break; sleep 0.05; done
      kill -INT $pid; wait $pid; echo $?
      "$lockstep" inspect disk/run --json > inspected; echo $?'
      """
      .replacingOccurrences(of: "--early-stopping 9 ", with: "")
      .replacingOccurrences(of: "--epochs 8 ", with: ""))
    #expect(outcome.output == "1\n0\n", "\(outcome.output) \(outcome.error)")
    let log = try workshop.shell("cat log").output
    #expect(log.contains("lockstep: warning: a checkpoint could not be written: "), "\(log)")
    #expect(log.contains("No space left") && log.contains("Training goes on"))
    #expect(log.contains("lockstep: error: ") && log.contains("could not be written; the first"))
    #expect(try workshop.shell("grep -c SHA256 inspected").status == 0)
  }
}
