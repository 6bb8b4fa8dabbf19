import Foundation
import HDF5
import TestSupport
import Testing

/// Interrupting and resuming, through the program.
@Suite struct ResumeTests {
  let run: EventfulRun
  var workshop: Workshop { run.workshop }

  init() throws { run = try EventfulRun() }

  private func replace(_ text: String, by other: String, in file: String) throws {
    let outcome = try workshop.shell(
      "sed -i 's/\(text)/\(other)/' \(file); grep '\(other)' \(file)")
    try #require(outcome.status == 0)
  }

  @Test(arguments: [("INT", 130), ("TERM", 143)])
  func `A signal has a checkpoint written, and the run goes on from there`(
    signal: String, status: Int
  ) throws {
    let outcome = try workshop.shell(EventfulRun.starting() + "\nkill -\(signal) $pid; wait $pid")
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
    let whole = "\(EventfulRun.train) --early-stopping 100000 --epochs \(epochs) --output whole"
    #expect(try run.hash(whole) == resumed["parametersSHA256"] as? String)
  }

  @Test func `A second signal ends a run at once, and it goes on from its last checkpoint`() throws
  {
    // Both signals reach a process that stands still, so that nothing can be done between them.
    let outcome = try workshop.shell(
      EventfulRun.starting() + """

        kill -STOP $pid; kill -INT $pid; kill -TERM $pid; kill -CONT $pid
        wait $pid
        """)
    #expect([130, 143].contains(outcome.status))
    #expect(try workshop.shell("cat result; grep interrupted log").output.isEmpty)
    #expect(try workshop.shell("find run -name '*.partial'").output.isEmpty)
    let newest = try workshop.shell("ls run/checkpoints/* | tail -1").output
    let epochs = number(try workshop.json("inspect run"), "checkpoint.progress.epoch") ?? 0
    let resumed = try workshop.json("resume run --epochs \(Int(epochs) + 1)")
    #expect(newest == "\(resumed["resumedFrom"] ?? "")\n")
  }

  /// The matrix library's code keeps its stack pointer in ordinary memory for a while, where a signal
  /// handler would destroy what lies there: one signal in ten ended in a crash.
  @Test func `Signals within the matrix library's products do no harm`() throws {
    let workshop = Workshop()
    try workshop.writePoints(train: 2000, features: 784)
    let outcome = try workshop.shell(
      """
      for run in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
        "$lockstep" train --data data.h5 --output run$run --hidden 512 --batch-size 250 \
          --epochs 100000 >log 2>&1 & pid=$!
        while kill -0 $pid && [ ! -e run$run/history.json ]; do sleep 0.02; done
        sleep 0.1$run
        kill -TERM $pid; wait $pid; echo $?
        "$lockstep" inspect run$run >/dev/null || echo damaged
        rm -r run$run
      done
      """)
    #expect(outcome.output == String(repeating: "143\n", count: 16))
  }

  @Test func `A damaged newest checkpoint is told, and the one before it used`() throws {
    let expected = try run.hash("\(EventfulRun.train) --output whole")
    let newest = try workshop.shell("ls whole/checkpoints/* | tail -1 | tr -d '\n'").output
    let content = try bytes(of: workshop.folder.file(newest))
    var random = SeededGenerator(seed: 4)
    let positions = (0..<10).map { _ in Int.random(in: 0..<content.count, using: &random) }
    for (index, length) in ([0, content.count / 2] + positions).enumerated() {
      var damaged = content
      if index < 2 { damaged = Array(content.prefix(length)) } else { damaged[length] ^= 0x20 }
      try workshop.folder.write(damaged, to: newest)
      let outcome = try workshop.lockstep("resume whole --json")
      #expect(outcome.status == 0, "\(outcome.error)")
      #expect(outcome.output.contains("\"parametersSHA256\": \"\(expected)\""))
      let isTold = outcome.error.contains("lockstep: warning: ") && outcome.error.contains(newest)
      let isUsed = outcome.output.contains("\"resumedFrom\": \"\(newest)\"")
      #expect(isTold != isUsed, "\(outcome.error)")
      if index < 2 { #expect(isTold) }
    }
    try workshop.folder.write([], to: newest)
    #expect(try workshop.lockstep("inspect \(newest)").status == 1)
  }

  @Test func `Moved data are found where --data says, and other data are refused`() throws {
    _ = try workshop.json("\(EventfulRun.train) --output run --epochs 1")
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

  @Test func `Data that were touched or copied are taken, changed ones refused by name`() throws {
    _ = try workshop.json("\(EventfulRun.train) --output run --epochs 1")
    _ = try workshop.shell("touch data.h5")
    #expect(number(try workshop.json("resume run --epochs 2"), "epochs") == 2)
    _ = try workshop.shell("cp data.h5 copy.h5; mv copy.h5 data.h5")
    #expect(number(try workshop.json("resume run --epochs 3"), "epochs") == 3)
    _ = try workshop.shell("rm data.h5")
    try workshop.writePoints(splits: [.train, .validation], seed: 9)
    expectFailure(
      try workshop.lockstep("resume run --epochs 4"), status: 1,
      ["data.h5 is not what the run was trained on", "--allow-data-change"])
  }

  @Test func `A view's source that was touched or copied is taken, a changed one refused by name`()
    throws
  {
    for file in ["leaving.h5", "outside.h5"] {
      try workshop.folder.write(bytes(of: fixture("../HDF5Tests/Fixtures/" + file)), to: file)
    }
    _ = try workshop.json(
      "train --data leaving.h5 --features /virtual --targets /virtual --task regression "
        + "--allow-virtual --epochs 1 --batch-size 2 --shards 1 --hidden 2 --output run")
    let resume = "resume run --allow-virtual --epochs"
    _ = try workshop.shell("touch outside.h5")
    #expect(number(try workshop.json("\(resume) 2"), "epochs") == 2)
    _ = try workshop.shell("cp outside.h5 copy.h5; mv copy.h5 outside.h5")
    #expect(number(try workshop.json("\(resume) 3"), "epochs") == 3)
    let source = try File(opening: workshop.folder.file("outside.h5"), .readWrite)
    try source.dataset("secret").write([Int32](arrayLiteral: 7, 8, 10))
    try source.close()
    expectFailure(
      try workshop.lockstep("\(resume) 4"), status: 1,
      ["leaving.h5, or a file that its rows lie in (", "outside.h5), is not what", "fingerprint"])
  }

  @Test func `A run on several files goes on with them, wherever they are`() throws {
    try workshop.writePoints(to: "more.h5", splits: [.train], seed: 2)
    let files = "--data data.h5 --data more.h5"
    let whole = try run.hash("train run.json5 \(files) --output whole --epochs 2")
    _ = try workshop.json("train run.json5 \(files) --output run --epochs 1")
    #expect(try run.hash("resume run --epochs 2") == whole)
    _ = try workshop.shell("mv more.h5 moved.h5")
    let alone = try workshop.lockstep("resume run --epochs 3 --data data.h5")
    expectFailure(alone, status: 1, ["fingerprint"])
    let moved = try workshop.json("resume run --epochs 3 --data data.h5 --data moved.h5")
    #expect(number(moved, "epochs") == 3)
  }

  @Test func `Other settings are named and refused, and taken when asked`() throws {
    _ = try workshop.json("\(EventfulRun.train) --output run --epochs 1")
    try replace("\"learningRate\": 0.05", by: "\"learningRate\": 0.5", in: "run/run.json5")
    let refused = try workshop.lockstep("resume run --epochs 2")
    expectFailure(
      refused, status: 1,
      ["learningRate: 0.5, in the checkpoint 0.05", "--allow-configuration-change"])
    let line = "resume run --epochs 2 --allow-configuration-change"
    #expect(number(try workshop.json(line), "epochs") == 2)
    let inspected = try workshop.json("inspect run")
    #expect(number(inspected, "checkpoint.configuration.learningRate") == 0.5)
  }

  @Test func `Before its first checkpoint a run starts anew`() throws {
    let whole = try run.hash("\(EventfulRun.train) --output run --epochs 2")
    _ = try workshop.shell("rm run/checkpoints/* run/history.json")
    let outcome = try workshop.lockstep("resume run --json")
    #expect(outcome.error.contains("There is no checkpoint yet: the run starts anew."))
    #expect(outcome.output.contains(whole))
    #expect(outcome.output.contains("\"resumedFrom\": null"))
  }

  @Test func `Another numerics identity is warned of and recorded`() throws {
    let begun = try workshop.shell(
      """
      LOCKSTEP_INSTRUCTIONS=sse2 "$lockstep" \(EventfulRun.train) --output run --epochs 1
      """)
    #expect(begun.status == 0, "\(begun.error)")
    let resumed = try workshop.lockstep("resume run --epochs 2 --json")
    #expect(resumed.status == 0)
    // A machine that has no better instructions goes on with the same.
    let identities = try #require(
      member(workshop.json("inspect run"), "checkpoint.numerics") as? [Any])
    let isWarned = resumed.error.contains("warning: the numbers come from another program")
    #expect(isWarned == (identities.count == 2))
    let flags = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    if flags.contains(" avx2 ") { #expect(isWarned) }
  }

  @Test func `A finished run says so, and a second trainer is refused`() throws {
    let finished = try run.hash("\(EventfulRun.train) --output run")
    let again = try workshop.lockstep("resume run")
    #expect(again.status == 0 && again.output.contains("run is finished"))
    #expect(again.output.contains(finished))
    _ = try workshop.shell("mv data.h5 gone.h5")
    #expect(try run.hash("resume run") == finished)
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

  /// What a run that could not write checkpoints came to, and what is left of it.
  private func expectOlderCheckpoints(
    _ outcome: Lockstep.Outcome, in directory: String, _ reason: String
  ) throws {
    #expect(outcome.output == "1\n", "\(outcome.output) \(outcome.error)")
    let log = try workshop.shell("cat log").output
    #expect(log.contains("lockstep: warning: a checkpoint could not be written: "), "\(log)")
    #expect(log.contains(reason) && log.contains("Training goes on"), "\(log)")
    #expect(log.contains("lockstep: error: ") && log.contains("could not be written; the first"))
  }

  /// A shell's commands that wait until a checkpoint could not be written, and end the run.
  private static let ending = """
    for try in {1..200}; do grep -q warning log && break; sleep 0.05; done
    kill -INT $pid; wait $pid; echo $?
    """

  @Test func `Files that may not be written cost checkpoints, not the run`() throws {
    // As a quota that is used up in the middle of a run.
    let outcome = try workshop.shell(
      EventfulRun.starting() + "\nprlimit --pid $pid --fsize=12000\n" + Self.ending)
    try expectOlderCheckpoints(outcome, in: "run", "File too large")
    let epochs = number(try workshop.json("inspect run"), "checkpoint.progress.epoch") ?? 0
    let resumed = try workshop.json("resume run --epochs \(Int(epochs) + 1)")
    #expect(number(resumed, "epochs") == epochs + 1)
  }

  private static let canMount: Bool = {
    let outcome = try? Lockstep.shell("unshare -m mount -t tmpfs -o size=64k tmpfs /mnt")
    return outcome?.status == 0
  }()

  @Test(.enabled(if: canMount, "no disk was filled: mounting a small one is not allowed here"))
  func `A disk that fills up costs checkpoints, not the run, and the older ones load`() throws {
    let outcome = try workshop.shell(
      """
      unshare -m bash -c 'mkdir -p disk; mount -t tmpfs -o size=400k tmpfs disk
      \(EventfulRun.starting("disk/run"))
      head -c 400000 /dev/zero > disk/filler
      \(Self.ending)
      "$lockstep" inspect disk/run --json > inspected || echo damaged'
      """)
    try expectOlderCheckpoints(outcome, in: "disk/run", "No space left")
    #expect(try workshop.shell("grep -c SHA256 inspected").status == 0)
  }
}
