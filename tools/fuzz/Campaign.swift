import Foundation
import TestSupport

/// Runs workers over all cases and adds up what became of them.
struct Campaign {
  let files: [String]
  let seed: UInt64
  let count: Int
  /// Where the files are left that a process died of; nil for nowhere.
  let keep: String?
  private let folder =
    NSTemporaryDirectory() + "/lockstep-fuzz-\(ProcessInfo.processInfo.processIdentifier)"

  init(files: [String], seed: UInt64, count: Int, keep: String?) {
    self.files = files
    self.seed = seed
    self.count = count
    self.keep = keep
  }

  /// - Returns: whether nothing happened that must not.
  func run(program: String?) throws -> Bool {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // What the library dies of is what the first look in a process of its own is for.
    var firstLook = try work("walk", skipping: []).deaths
    let used = try work("use", skipping: firstLook.map(\.number))
    var slipped: [Death] = []
    var afterOthers: [Death] = []
    for death in used.deaths {
      // Whether the library crashes may depend on what it read before: in `lockstep` both the first
      // look and the use are of one file.
      let cases = death.number..<death.number + 1
      let alone = try work("walk", skipping: [], cases: cases).deaths
      if !alone.isEmpty {
        firstLook += alone
      } else if try work("use", skipping: [], cases: cases).deaths.isEmpty {
        afterOthers.append(death)
      } else {
        slipped.append(death)
      }
    }
    if let keep { try write(firstLook + slipped + afterOthers, to: keep) }
    let missed = used.lines.filter { $0.hasPrefix("missed") }
    var failures = slipped.map { "case \($0.number) died in use, of signal \($0.signal)" }
    failures += afterOthers.map {
      "case \($0.number) died after others, of signal \($0.signal)"
    }
    failures += missed.map { "a change was \($0)" }
    func number(_ line: String) -> Int { used.lines.count { $0 == line } }
    var line = """
      {"files": \(count), "seed": \(seed), "crashedInFirstLook": \(firstLook.count { !$0.isHang }), \
      "hungInFirstLook": \(firstLook.count { $0.isHang }), "diedInUse": \(slipped.count), \
      "diedAfterOthers": \(afterOthers.count), \
      "refused": \(number("refused")), "readAsBefore": \(number("same")), \
      "readChanged": \(number("changed")), "missed": \(missed.count)
      """
    if let program {
      let runs = try ProgramRuns(program, of: self, in: folder)
      failures += runs.failures
      line += ", \"program\": \(runs.json)"
    }
    print(line + "}")
    for failure in failures { print(failure) }
    return failures.isEmpty
  }

  /// What a case is: a copy of one of the files, damaged.
  func damagedFile(_ number: Int, of originals: [[UInt8]]) -> (file: Int, bytes: Data) {
    var random = SeededGenerator(seed: seed, case: number)
    let index = random.below(originals.count)
    return (index, Data(mutated(originals[index], &random)))
  }

  func originals() -> [[UInt8]] {
    files.map { [UInt8](FileManager.default.contents(atPath: $0) ?? Data()) }
  }

  private func write(_ deaths: [Death], to keep: String) throws {
    try FileManager.default.createDirectory(atPath: keep, withIntermediateDirectories: true)
    let originals = originals()
    for death in deaths {
      let path = "\(keep)/\(death.number)-signal-\(death.signal).h5"
      _ = FileManager.default.createFile(
        atPath: path, contents: damagedFile(death.number, of: originals).bytes)
    }
  }

  /// Has workers do the cases.
  private func work(
    _ mode: String, skipping: [Int], cases: Range<Int>? = nil
  ) throws -> (deaths: [Death], lines: [String]) {
    let skipped = skipping.map(String.init).joined(separator: ",")
    // As the program's first look has it: fresh memory is garbage.
    let environment = mode == "walk" ? ["MALLOC_PERTURB_": "165"] : [:]
    return try Fuzz.work(cases ?? 0..<count, environment: environment) { rest in
      ["work", mode, folder, "\(seed)", "\(rest.lowerBound)", "\(rest.upperBound)", skipped] + files
    }
  }
}
