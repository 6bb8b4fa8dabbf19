import Foundation

/// Runs workers over all cases of damaged sources and adds up what became of them.
struct SourceCampaign {
  let files: [String]
  /// The column of a table's targets; nil for sources that are no tables.
  let target: String?
  let seed: UInt64
  let count: Int
  private let folder =
    NSTemporaryDirectory() + "/lockstep-fuzz-\(ProcessInfo.processInfo.processIdentifier)"

  init(files: [String], target: String?, seed: UInt64, count: Int) {
    self.files = files
    self.target = target
    self.seed = seed
    self.count = count
  }

  /// - Returns: whether no case died.
  func run() throws -> Bool {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (deaths, lines) = try work(0..<count) { rest in
      ["source", folder, "\(seed)", "\(rest.lowerBound)", "\(rest.upperBound)", target ?? ""]
        + files
    }
    print(
      """
      {"sources": \(count), "seed": \(seed), "died": \(deaths.count), \
      "refused": \(lines.count { $0 == "refused" }), "read": \(lines.count { $0 == "read" })}
      """)
    for death in deaths { print("case \(death.number) died") }
    return deaths.isEmpty
  }
}
