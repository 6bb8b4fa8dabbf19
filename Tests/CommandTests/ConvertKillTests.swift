import Foundation
import TestSupport
import Testing

/// Killed anywhere and gone on with, a conversion makes the bytes of one that was never interrupted.
@Suite struct ConvertKillTests {
  let workshop = Workshop()
  /// Rows of 39 MB, more than wait in memory, with words, missing values and drawn splits.
  static let convert =
    "convert --train a.csv b.csv c.csv --target y --impute mean --scale standardize --stratify "
    + "--validation-fraction 0.1 --memory-budget 64M --output"

  /// Three tables with a column of 200 words, which become as many features.
  func writeTables() throws {
    let outcome = try workshop.shell(
      #"""
      for file in a b c; do
        awk -v seed=$file 'BEGIN { srand(seed == "a" ? 1 : seed == "b" ? 2 : 3); print "c,x,y"
          for (i = 0; i < 8000; i++) {
            printf "w%d,%s,%s\n", i % 200, i % 50 ? rand() : "", i % 5 ? "no" : "yes" } }' > $file.csv
      done
      """#)
    try #require(outcome.status == 0)
  }

  private static let canTrace =
    (try? Lockstep.shell("strace -f -o /dev/null -e trace=fsync true"))?.status == 0

  /// System calls at which a conversion is killed, one time after another: as a mark has its rows on
  /// the disk, as it gets its name, as the last one does, as the output is written, and as it gets its
  /// name.
  private static let moments = [
    ("fdatasync", 1), ("rename", 1), ("rename", 3), ("fdatasync", 1), ("pwrite64", 40),
    ("renameat2", 1),
  ]

  @Test(.enabled(if: canTrace, "no kill at a chosen system call: strace does not work here"))
  func `Killed again and again, with any number of cores, it comes to the same bytes`() throws {
    try writeTables()
    let whole = try workshop.shell("\"$lockstep\" \(Self.convert) whole.h5")
    try #require(whole.status == 0, "\(whole.error)")
    for (index, (call, count)) in Self.moments.enumerated() {
      // One core, or all: as many workers read, parse and compress as there are.
      let cores = index.isMultiple(of: 2) ? "taskset -c 0" : ""
      let killed = try workshop.shell(
        "\(cores) strace -f -qq -o /dev/null -e trace=\(call) "
          + "-e inject=\(call):signal=KILL:when=\(count) \"$lockstep\" \(Self.convert) out.h5 "
          + "--resume > log 2>&1")
      let log = try workshop.shell("cat log").output
      #expect(killed.status == 137, "\(call) \(count): \(log)")
      #expect(try workshop.shell("test -e out.h5").status == 1)
    }
    let outcome = try workshop.shell("taskset -c 0 \"$lockstep\" \(Self.convert) out.h5 --resume")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(!outcome.output.contains("anew") && !outcome.output.contains("no interrupted"))
    #expect(try workshop.shell("cmp out.h5 whole.h5").status == 0)
    #expect(
      try workshop.folder.names() == ["a.csv", "b.csv", "c.csv", "log", "out.h5", "whole.h5"])
  }

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
    try writeTables()
    let inMemory = Self.convert.replacing("64M", with: "1G")
    let ways = [
      "one.h5": "taskset -c 0 \"$lockstep\" \(Self.convert) one.h5",
      "memory.h5": "\"$lockstep\" \(inMemory) memory.h5",
      "killed.h5":
        "\"$lockstep\" \(Self.convert) killed.h5 > log 2>&1 & sleep 0.7; kill -9 $!; wait $!; "
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
