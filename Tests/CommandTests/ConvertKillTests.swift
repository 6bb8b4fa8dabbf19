import Foundation
import TestSupport
import Testing

/// Killed anywhere and gone on with, a conversion makes the bytes of one that was never interrupted.
@Suite struct ConvertKillTests {
  let workshop = Workshop()
  /// Rows of 19 MB, more than wait in memory, with words, missing values and drawn splits.
  static let convert =
    "convert --train train.csv --target y --impute mean --scale standardize --stratify "
    + "--validation-fraction 0.1 --memory-budget 64M --output"

  /// A table of 40,000 rows with 60 numbers each.
  func writeTable() throws {
    let outcome = try workshop.shell(
      #"""
      awk 'BEGIN { printf "c"; for (j = 0; j < 60; j++) printf ",x%d", j; print ",y"
        for (i = 0; i < 40000; i++) { printf "%s", i % 3 ? "red" : "green"
          for (j = 0; j < 60; j++) printf ",%.9g", (i * (j + 7) % 9973) / 7
          printf ",%s\n", i % 5 ? "no" : "yes" } }' > train.csv
      """#)
    try #require(outcome.status == 0)
  }

  @Test func `Killed at any moment, with any number of cores, it comes to the same bytes`() throws {
    try writeTable()
    let whole = try workshop.shell("time -p \"$lockstep\" \(Self.convert) whole.h5")
    try #require(whole.status == 0, "\(whole.error)")
    let words = whole.error.split(whereSeparator: \.isWhitespace)
    let seconds = try #require(Double(words[words.firstIndex(of: "real")! + 1]))
    var random = SeededGenerator(seed: 8)
    var kills = 0
    for attempt in 0..<8 {
      // One core, or both: as many workers read, parse and compress as there are.
      let cores = attempt % 2 == 0 ? "taskset -c 0" : ""
      let moment = Double.random(in: 0.1..<0.9, using: &random) * seconds
      let outcome = try workshop.shell(
        "\(cores) timeout -s KILL \(moment) \"$lockstep\" \(Self.convert) out.h5 --resume > log 2>&1"
      )
      if outcome.status == 0 { break }
      let log = try workshop.shell("cat log").output
      #expect(outcome.status == 137, "\(log)")
      kills += 1
    }
    #expect(kills > 0)
    let left = try workshop.shell("test -e out.h5")
    if left.status != 0 {
      let outcome = try workshop.shell("taskset -c 0 \"$lockstep\" \(Self.convert) out.h5 --resume")
      #expect(outcome.status == 0, "\(outcome.error)")
    }
    #expect(try workshop.shell("cmp out.h5 whole.h5").status == 0)
    let names = try workshop.folder.names()
    #expect(names.filter { !["log", "out.h5", "train.csv", "whole.h5"].contains($0) } == [])
  }

  private static let canTrace =
    (try? Lockstep.shell("strace -f -o /dev/null -e trace=fsync true"))?.status == 0

  @Test(.enabled(if: canTrace, "no kill at a chosen system call: strace does not work here"))
  func `Standard input is not needed again once it has been read`() throws {
    let rows = try workshop.shell("seq 1 400 | awk '{ print $1 \",\" $1 % 2 }' > rows")
    #expect(rows.status == 0)
    let words = "convert --train - --target 2 --output out.h5"
    let whole = try workshop.shell("cat rows | \"$lockstep\" \(words) && mv out.h5 whole.h5")
    #expect(whole.status == 0, "\(whole.error)")
    // Killed as it gives the output its name.
    let killed = try workshop.shell(
      "cat rows | strace -f -qq -o /dev/null -e trace=renameat2 "
        + "-e inject=renameat2:signal=KILL:when=1 \"$lockstep\" \(words) > log 2>&1; test ! -e out.h5"
    )
    try #require(killed.status == 0)
    let refused = try workshop.shell("cat rows | \"$lockstep\" \(words)")
    expectFailure(refused, status: 1, ["go on with it by --resume, or start anew by --force"])
    let outcome = try workshop.shell("\"$lockstep\" \(words) --resume < /dev/null")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try workshop.shell("cmp out.h5 whole.h5").status == 0)
    #expect(try workshop.folder.names() == ["log", "out.h5", "rows", "whole.h5"])
  }

  @Test func `Training does not tell how its data were converted`() throws {
    try writeTable()
    let inMemory = Self.convert.replacing("64M", with: "1G")
    let ways = [
      "one.h5": "taskset -c 0 \"$lockstep\" \(Self.convert) one.h5",
      "memory.h5": "\"$lockstep\" \(inMemory) memory.h5",
      "killed.h5": "timeout -s KILL 0.7 \"$lockstep\" \(Self.convert) killed.h5 > log 2>&1; "
        + "test -e killed.h5 || \"$lockstep\" \(Self.convert) killed.h5 --resume",
    ]
    var hashes: Set<String> = []
    for (data, command) in ways {
      let outcome = try workshop.shell(command)
      try #require(outcome.status == 0, "\(outcome.error)")
      let result = try workshop.json(
        "train --data \(data) --output run-\(data) --hidden 4 --epochs 1 --workers 1")
      hashes.insert(try #require(result["parametersSHA256"] as? String))
    }
    #expect(hashes.count == 1)
  }
}
