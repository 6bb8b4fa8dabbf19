import Datasets
import Foundation
import HDF5

/// Hands 200 of the cases to the program, as a user would, and counts how its runs ended.
struct ProgramRuns {
  private(set) var failures: [String] = []
  private var files = 0
  /// Runs that ended with each exit status.
  private var statuses: [Int32: Int] = [:]

  private static let mostFiles = 200

  init(_ program: String, of campaign: Campaign, in folder: String) throws {
    let originals = campaign.originals()
    let good = folder + "/good"
    _ = try Self.status(program, Self.train(campaign.files[0], into: good))
    let names = try campaign.files.map(Self.names)
    for number in 0..<min(Self.mostFiles, campaign.count) {
      let path = folder + "/case.h5"
      let (index, bytes) = campaign.damagedFile(number, of: originals)
      _ = FileManager.default.createFile(atPath: path, contents: bytes)
      let output = folder + "/output"
      for words in [
        ["inspect", path], Self.train(path, into: output) + names[index],
        ["evaluate", good, "--data", path, "--split", "train"] + names[index],
        ["convert", "--train", path, "--output", output + ".h5"],
      ] {
        let (status, isSignal) = try Self.status(program, words)
        if isSignal || !(0...2).contains(status) {
          failures.append("case \(number): \(words[0]) ended with \(status)")
        }
        statuses[status, default: 0] += 1
        try? FileManager.default.removeItem(atPath: output)
        try? FileManager.default.removeItem(atPath: output + ".h5")
      }
      files += 1
    }
  }

  var json: String {
    let counts = statuses.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    return "{\"files\": \(files), \"runsByExitStatus\": {\(counts.joined(separator: ", "))}}"
  }

  private static func train(_ data: String, into output: String) -> [String] {
    ["train", "--data", data, "--output", output, "--hidden", "4", "--epochs", "1"]
  }

  /// How the rows of a file are named, where it has not Lockstep's layout.
  private static func names(of file: String) throws -> [String] {
    guard (try? Dataset(path: file)) == nil,
      let name = try Worker.firstDataset(of: File(opening: file))
    else { return [] }
    return ["--features", name, "--targets", name]
  }

  private static func status(_ program: String, _ words: [String]) throws -> (Int32, Bool) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    // Longer than the program gives the library before it calls a file damaged.
    process.arguments = ["-s", "KILL", "120", program] + words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, process.terminationReason == .uncaughtSignal)
  }
}
