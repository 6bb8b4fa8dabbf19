import HDF5
import TestSupport
import Testing

/// Sources as a shell hands them over.
@Suite struct SourceTests {
  let folder = TemporaryDirectory()
  /// Rows of libsvm: ten, of three features.
  let rows = (0..<10).map { "\($0 % 2) 1:\($0) 3:1\n" }.joined()

  func shell(_ script: String) throws -> Lockstep.Outcome {
    try Lockstep.shell(script, in: folder.path)
  }

  @Test(arguments: ["cat rows | $lockstep", "gzip -c rows | $lockstep", "$lockstep < rows"])
  func `standard input is read, compressed or not, as often as it is needed`(start: String) throws {
    try folder.write(Array(rows.utf8), to: "rows")
    let words = " convert --train - --output out.h5 --test-fraction 0.2"
    let script = start.replacing("$lockstep", with: "$lockstep" + words)
    let outcome = try shell("export TMPDIR=$PWD; " + script)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try folder.names() == ["out.h5", "rows"])
    let file = try File(opening: folder.file("out.h5"))
    #expect(try file.dataset("train/features").shape == [8, 3])
  }

  /// Which of both it is does not hang on how the file is called.
  @Test func `a source that is not there is a failure, an option that is wrong a usage error`()
    throws
  {
    try folder.write(Array(rows.utf8), to: "rows")
    let missing = try shell("$lockstep convert --output out.h5 --train=--none")
    expectFailure(missing, status: 1, ["--none: cannot be opened"])
    let wrong = try shell("$lockstep convert --output out.h5 --train rows --stratify")
    expectFailure(wrong, status: 2, ["--stratify: splits nothing"])
    let late = try shell(
      "$lockstep convert --output out.h5 --train rows --group-by x --test-fraction 0.5")
    expectFailure(late, status: 2, ["--group-by: names a column, and rows has none"])
  }

  @Test func `a process's output is read as a file is`() throws {
    try folder.write(Array(rows.utf8), to: "rows")
    let outcome = try shell("$lockstep convert --train <(cat rows) --output out.h5")
    #expect(outcome.status == 0, "\(outcome.error)")
  }

  @Test func `rows go out of HDF5 again`() throws {
    try folder.write(Array(rows.utf8), to: "rows")
    let outcome = try shell(
      "$lockstep convert --train rows --shuffle none --output out.h5 && "
        + "$lockstep convert out.h5 --to csv --output out.csv && cat out.csv")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(
      outcome.output.contains("feature0,feature1,feature2,target\n0.0,0.0,1.0,0\n1.0,0.0,1.0,1\n"))
    let mixed = try shell("$lockstep convert out.h5 --to csv --output b.csv --seed 1")
    #expect(mixed.status == 2)
    #expect(mixed.error.contains("--seed is for sources"))
  }

  @Test func `bad rows of arrays are left out and told where that is asked for`() throws {
    let file = try File(creating: folder.file("a.h5"))
    try file.createDataset("x", .float32, shape: [3, 2]).write([1, 2, 3, .nan, 5, 6] as [Float])
    try file.createDataset("y", .uint8, shape: [3]).write([0, 1, 1] as [UInt8])
    try file.close()
    let command = "$lockstep convert --train a.h5 --features x --targets y --output out.h5"
    let place =
      "a.h5: /x has a number that is NaN, infinite or beyond a float's range in row 1, column 1"
    expectFailure(
      try shell(command), status: 1, [place, "or leave such rows out with --on-error skip"])
    let outcome = try shell(command + " --on-error skip")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.error.contains("left out: " + place))
    #expect(outcome.output.contains("1 bad row was left out"))
    #expect(try File(opening: folder.file("out.h5")).dataset("train/features").shape == [2, 2])
  }

  @Test func `damaged HDF5 as a source is an error, not a crash`() throws {
    try folder.write(
      [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] + Array(repeating: 7, count: 900), to: "a")
    for source in ["a", "-"] {
      let outcome = try shell(
        "export TMPDIR=$PWD; $lockstep convert --train \(source) --output b.h5 < a")
      #expect(outcome.status == 1)
      #expect(outcome.error.contains(source == "a" ? "error: a: " : "error: standard input: "))
    }
    #expect(try folder.names() == ["a"])
  }
}
