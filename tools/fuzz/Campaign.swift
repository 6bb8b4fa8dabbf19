import Foundation
import TestSupport

/// Runs workers over all cases and adds up what became of them.
struct Campaign {
  let files: [String]
  let seed: UInt64
  let count: Int
  private let folder =
    NSTemporaryDirectory() + "/lockstep-fuzz-\(ProcessInfo.processInfo.processIdentifier)"

  init(files: [String], seed: UInt64, count: Int) {
    self.files = files
    self.seed = seed
    self.count = count
  }

  /// - Returns: whether nothing happened that must not.
  func run(program: String?) throws -> Bool {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // What the library dies of is what the first look in a process of its own is for.
    let walked = try work("walk", skipping: [])
    let used = try work("use", skipping: walked.died)
    // Whether the library crashes may depend on what it read before: the first look is at one file.
    let slipped = try used.died.filter { number in
      try work("walk", skipping: [], cases: number..<number + 1).died.isEmpty
    }
    let diedInFirstLook = walked.died.count + used.died.count - slipped.count
    var failures = slipped.map { "case \($0) died in use" }
    failures += used.lines.filter { $0.hasPrefix("missed") }.map { "a change was \($0)" }
    if let program { failures += try runProgram(program) }
    func number(_ line: String) -> Int { used.lines.count { $0 == line } }
    print(
      """
      {"files": \(count), "seed": \(seed), "diedInFirstLook": \(diedInFirstLook), \
      "diedInUse": \(slipped.count), "refused": \(number("refused")), \
      "readAsBefore": \(number("same")), "readChanged": \(number("changed")), \
      "missed": \(used.lines.count { $0.hasPrefix("missed") })}
      """)
    for failure in failures { print(failure) }
    return failures.isEmpty
  }

  /// Starts workers until all cases are done: after a death, from the case after.
  private func work(
    _ mode: String, skipping: [Int], cases: Range<Int>? = nil
  ) throws -> (died: [Int], lines: [String]) {
    var died: [Int] = []
    var lines: [String] = []
    var first = cases?.lowerBound ?? 0
    let end = cases?.upperBound ?? count
    while first < end {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      let skipped = skipping.map(String.init).joined(separator: ",")
      process.arguments =
        ["work", mode, folder, "\(seed)", "\(first)", "\(end)", skipped] + files
      process.environment = ProcessInfo.processInfo.environment.merging(
        // As the program's first look has it: fresh memory is garbage.
        ["SWIFT_BACKTRACE": "enable=no"].merging(
          mode == "walk" ? ["MALLOC_PERTURB_": "165"] : [:]
        ) { $1 }
      ) { $1 }
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardError = FileHandle.nullDevice
      try process.run()
      let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      let found = output.split(separator: "\n").map(String.init)
      lines += found.filter { !$0.hasPrefix("case") }
      guard process.terminationReason == .uncaughtSignal || process.terminationStatus != 0 else {
        break
      }
      guard let last = found.last(where: { $0.hasPrefix("case") }),
        let number = Int(last.dropFirst(5))
      else { throw CocoaError(.executableLoad) }
      died.append(number)
      first = number + 1
    }
    return (died, lines)
  }

  /// Hands 200 of the cases to the program, as a user would.
  private func runProgram(_ program: String) throws -> [String] {
    let originals = files.map { [UInt8](FileManager.default.contents(atPath: $0) ?? Data()) }
    var failures: [String] = []
    let good = folder + "/good"
    _ = try status(
      program, ["train", "--data", files[0], "--output", good, "--hidden", "4", "--epochs", "1"])
    for number in 0..<min(200, count) {
      var random = SeededGenerator(seed: seed, case: number)
      let index = random.below(files.count)
      let path = folder + "/case.h5"
      _ = FileManager.default.createFile(
        atPath: path, contents: Data(mutated(originals[index], &random)))
      let output = folder + "/output"
      for words in [
        ["inspect", path],
        ["train", "--data", path, "--output", output, "--hidden", "4", "--epochs", "1"],
        ["evaluate", good, "--data", path, "--split", "train"],
        ["convert", "--train", path, "--output", output + ".h5"],
      ] {
        let (status, isSignal) = try status(program, words)
        if isSignal || status > 2 {
          failures.append("case \(number): \(words[0]) ended with \(status)")
        }
        try? FileManager.default.removeItem(atPath: output)
        try? FileManager.default.removeItem(atPath: output + ".h5")
      }
    }
    return failures
  }

  private func status(_ program: String, _ words: [String]) throws -> (Int32, Bool) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = ["-s", "KILL", "90", program] + words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, process.terminationReason == .uncaughtSignal)
  }
}
