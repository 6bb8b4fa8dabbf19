import Foundation
import TestSupport
import Testing

@testable import Conversion
@testable import lockstep

/// Terminals, pipes, signals and full disks.
@Suite struct TerminalTests {
  let workshop = Workshop()

  init() throws { try workshop.writePoints() }

  private static let train = "train --data data.h5 --output run --hidden 6"

  @Test func `A terminal gets a progress line that is gone at the end`() throws {
    // script(1) gives the program a terminal.
    let outcome = try workshop.shell(
      "LC_ALL=C.UTF-8 TERM=xterm script -qec '\"$lockstep\" \(Self.train) --epochs 3' /dev/null")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("\repoch 1/3  "))
    #expect(outcome.output.contains("samples/s"))
    let last = try #require(outcome.output.ranges(of: "\repoch").last)
    #expect(outcome.output[last.upperBound...].contains("\r\u{1b}[K"))
  }

  @Test func `A conversion tells its rate and the time that is left`() throws {
    let progress = ConversionProgress.rows(read: 3000, written: 1000, total: 5000)
    let state = ConversionPace.state(progress, done: 2000, seconds: 4)
    #expect(state.title == "writing" && state.fraction == 0.4)
    #expect(state.details == ["250 rows/s", "12.0 s left", "1,000 of 5,000 rows written"])
    let outcome = try workshop.shell(
      "LC_ALL=C.UTF-8 TERM=xterm script -qec "
        + "'\"$lockstep\" convert --train data.h5 --output out.h5' /dev/null")
    #expect(outcome.output.contains("\rwriting  ") && outcome.output.contains(" rows/s"))
  }

  static let passes: [(ConversionProgress.Pass, String, [String])] = [
    (
      .init(work: .examining, source: "a/train.csv", unit: .bytes, done: 3 << 30, total: 12 << 30),
      "examining train.csv", ["512.0 MiB/s", "18.0 s left", "3.0 GiB of 12.0 GiB"]
    ),
    (
      .init(work: .counting, source: "x.csv", unit: .bytes, done: 1 << 30, total: 1 << 30),
      "counting rows of x.csv", ["170.7 MiB/s", "0.0 s left", "1.0 GiB of 1.0 GiB"]
    ),
    (
      .init(work: .examining, source: "pictures/", unit: .files, done: 600, total: 1200),
      "examining pictures", ["100 files/s", "6.0 s left", "600 of 1,200 files"]
    ),
    (
      .init(work: .splitting, source: "x.npy", unit: .rows, done: 1, total: 1),
      "splitting x.npy", ["0.2 rows/s", "0.0 s left", "1 of 1 row"]
    ),
    (
      .init(work: .fitting, source: "x.csv", unit: .bytes, done: 0, total: 2048),
      "fitting on x.csv", ["0 bytes of 2.0 KiB"]
    ),
    (
      .init(work: .copying, source: "standard input", unit: .bytes, done: 6 << 20),
      "copying standard input", ["1.0 MiB/s", "6.0 MiB"]
    ),
    (
      .init(work: .listing, source: "pictures/", unit: .files, done: 600), "listing pictures",
      ["100 files/s", "600 files"]
    ),
    (
      .init(work: .decompressing, source: "x.npz.gz", unit: .bytes, done: 0, total: 5),
      "decompressing x.npz.gz", ["0 bytes of 5 bytes"]
    ),
    (
      .init(work: .countingOutliers, unit: .rows, done: 0, total: 5), "counting outliers",
      ["0 of 5 rows"]
    ),
    (
      .init(work: .searchingDuplicates, unit: .rows, done: 0, total: 5), "searching duplicates",
      ["0 of 5 rows"]
    ),
    (
      .init(work: .exporting, source: "a/data.h5", unit: .rows, done: 1200, total: 2400),
      "exporting data.h5", ["200 rows/s", "6.0 s left", "1,200 of 2,400 rows"]
    ),
    (
      .init(
        work: .counting, source: String(repeating: "long", count: 20), unit: .files, done: 0,
        total: 5), "counting rows of longlonglonglong...", ["0 of 5 files"]
    ),
  ]

  @Test(arguments: passes)
  func `A pass over the sources tells what it does, its rate and the time that is left`(
    pass: ConversionProgress.Pass, title: String, details: [String]
  ) {
    let state = ConversionPace.state(.pass(pass), done: pass.done, seconds: 6)
    #expect(state.title == title && state.details == details)
    #expect(state.fraction == pass.total.map { Double(pass.done) / Double($0) })
  }

  @Test func `A pass of which nobody knows how long it is has no bar`() {
    let state = ProgressLine.State(
      title: "copying standard input", fraction: nil, details: ["1.0 MiB/s", "6.0 MiB"])
    #expect(
      ProgressLine.line(state, width: 80, isUnicode: false)
        == "copying standard input  1.0 MiB/s  6.0 MiB")
    #expect(ProgressLine.line(state, width: 35, isUnicode: false).count == 33)
    #expect(ProgressLine.line(state, width: 10, isUnicode: false) == "copying st")
  }

  @Test func `A conversion shows its passes on a terminal and nowhere else`() throws {
    let name = "a\u{1b}[31m\nb.csv"
    var text = "x,y\n"
    for row in 0..<100 { text += "\(["red", "green"][row % 2]),\(row % 3)\n" }
    try Data(text.utf8).write(to: URL(fileURLWithPath: workshop.folder.file(name)))
    let convert = "convert --output out.h5 --force --target y --train a*.csv"
    let shown = try workshop.shell(
      "LC_ALL=C.UTF-8 TERM=xterm script -qec '\"$lockstep\" \(convert)' /dev/null")
    #expect(shown.output.contains("\rexamining a\\u{1b}[31m b.csv  "), "\(shown.output)")
    #expect(shown.output.contains("\u{1b}[31m") == false)
    for option in ["", " --json"] {
      let outcome = try workshop.shell("\"$lockstep\" \(convert)\(option)")
      #expect(outcome.status == 0 && outcome.error.isEmpty)
      #expect(!outcome.output.contains("examining"))
    }
  }

  @Test func `A reader that goes away is no error`() throws {
    let outcome = try workshop.shell(
      "\"$lockstep\" \(Self.train) --epochs 2 | head -n 1; echo ${PIPESTATUS[0]}")
    #expect(outcome.output.hasSuffix("\n0\n"))
    #expect(outcome.error.isEmpty)
    let run = try workshop.json("inspect run")
    #expect((run["history"] as? [Any])?.count == 2)
  }

  @Test(arguments: ["", " --json"])
  func `Standard output that cannot be written is an error`(option: String) throws {
    let outcome = try workshop.shell("\"$lockstep\" inspect data.h5\(option) > /dev/full")
    expectFailure(outcome, status: 1, ["standard output: cannot be written: No space left"])
  }

  @Test(arguments: [("INT", 130), ("TERM", 143)])
  func `A signal ends a run with its status and leaves no half file`(
    signal: String, status: Int
  ) throws {
    let outcome = try workshop.shell(
      """
      "$lockstep" \(Self.train) --epochs 100000 --batch-size 4 > log &
      pid=$!
      for try in {1..200}; do
        [ -e run/history.json ] && break
        sleep 0.1
      done
      kill -\(signal) $pid
      wait $pid
      """)
    #expect(outcome.status == status)
    let names = try FileManager.default.subpathsOfDirectory(atPath: workshop.folder.file("run"))
    #expect(!names.contains { $0.hasSuffix(".partial") })
    #expect(try workshop.json("evaluate run --data data.h5")["loss"] != nil)
  }

  private static let canMount: Bool = {
    let outcome = try? Lockstep.shell("unshare -m mount -t tmpfs -o size=64k tmpfs /mnt")
    return outcome?.status == 0
  }()

  @Test(.enabled(if: canMount, "mounting a small file system is not allowed here"))
  func `A full disk is named, and nothing half is left`() throws {
    func onSmallDisk(_ line: String) throws -> Lockstep.Outcome {
      try workshop.shell(
        """
        unshare -m bash -c 'mkdir -p disk; mount -t tmpfs -o size=64k tmpfs disk
        head -c 50000 /dev/zero > disk/filler
        "$lockstep" \(line); status=$?
        find disk -name "*.partial" -o -name "*.h5" -size 0 -o -name run; exit $status'
        """)
    }
    try workshop.writeImages(count: 4000)
    let converted = try onSmallDisk(
      "convert --output disk/new.h5 --train images labels --compression none")
    expectFailure(converted, status: 1, ["disk/new.h5", "space"])
    _ = try workshop.json("\(Self.train) --epochs 0")
    let big = "train --data data.h5 --output disk/run --hidden 4096 --epochs 1 --json"
    let trained = try onSmallDisk(big)
    #expect(trained.status == 1 && trained.output.isEmpty)
    #expect(trained.error.contains("disk/run/checkpoints") && trained.error.contains("space"))
  }

  @Test(arguments: [20, 40, 60, 80, 200])
  func `The progress line fits the terminal`(width: Int) {
    let state = ProgressLine.State(
      title: "epoch 12/100", fraction: 0.4567,
      details: ["loss 0.1234", "58,312 samples/s", "1:23 min left"])
    let line = ProgressLine.line(state, width: width, isUnicode: true)
    #expect(line.count <= width)
    #expect(line.hasPrefix("epoch 12/100"))
    #expect(line.contains("1:23 min left") == (width >= 80))
  }

  @Test func `Wide characters take two columns of the terminal`() {
    let pass = ConversionProgress.Pass(
      work: .examining, source: String(repeating: "数", count: 40), unit: .rows, done: 1, total: 2)
    let state = ConversionPace.state(.pass(pass), done: 1, seconds: 1)
    #expect(state.title == "examining " + String(repeating: "数", count: 11) + "...")
    for width in 1...100 {
      #expect(ProgressLine.line(state, width: width, isUnicode: false).columns <= width)
    }
    #expect(ProgressLine.line(state, width: 14, isUnicode: false) == "examining 数数")
  }

  @Test func `Numbers are written for people`() {
    #expect(Numbers.count(1_234_567) == "1,234,567")
    #expect(Numbers.count(1, "row") == "1 row" && Numbers.count(0, "row") == "0 rows")
    #expect(Numbers.bytes(999) == "999 bytes" && Numbers.bytes(1 << 20) == "1.0 MiB")
    #expect(Numbers.duration(59.94) == "59.9 s" && Numbers.duration(187) == "3:07 min")
    #expect(Numbers.duration(7509) == "2:05:09 h")
    #expect(Numbers.loss(0.31234) == "0.3123" && Numbers.loss(1.5e-7) == "1.5e-07")
    #expect(Numbers.percent(0.9375) == "93.75 %")
    #expect(Numbers.loss(.nan) == "nan")
  }

  @Test func `Control characters of names do not reach the terminal`() throws {
    let outcome = try Lockstep.run(["inspect", "a\u{1b}[31mb"])
    #expect(!outcome.error.contains("\u{1b}") && outcome.error.contains("a\\u{1b}[31mb"))
  }
}
