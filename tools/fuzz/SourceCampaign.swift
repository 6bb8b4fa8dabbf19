import Foundation

/// Runs workers over all cases of damaged sources and adds up what became of them.
struct SourceCampaign {
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

  /// - Returns: whether no case died.
  func run() throws -> Bool {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var died: [Int] = []
    var lines: [String] = []
    var first = 0
    while first < count {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      process.arguments = ["source", folder, "\(seed)", "\(first)", "\(count)"] + files
      process.environment = ProcessInfo.processInfo.environment.merging(
        ["SWIFT_BACKTRACE": "enable=no"]) { $1 }
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardError = FileHandle.nullDevice
      try process.run()
      let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      let found = output.split(separator: "\n").map(String.init)
      lines += found
      if process.terminationReason == .exit, process.terminationStatus == 0 { break }
      guard let last = found.last(where: { $0.hasPrefix("case") }),
        let number = Int(last.dropFirst(5))
      else { throw CocoaError(.executableLoad) }
      died.append(number)
      first = number + 1
    }
    print(
      """
      {"sources": \(count), "seed": \(seed), "died": \(died.count), \
      "refused": \(lines.count { $0 == "refused" }), "read": \(lines.count { $0 == "read" })}
      """)
    for number in died { print("case \(number) died") }
    return died.isEmpty
  }
}
