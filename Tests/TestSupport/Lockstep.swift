import Foundation

/// The built command line program, run as a user would run it.
public enum Lockstep {
  /// How a run ended, and what it said.
  public struct Outcome: Sendable {
    /// The exit status; of a process that a signal ended, 128 + the signal, as a shell has it.
    public var status: Int
    public var isSignalled: Bool
    public var output: String
    public var error: String

    public init(status: Int, isSignalled: Bool, output: String, error: String) {
      self.status = status
      self.isSignalled = isSignalled
      self.output = output
      self.error = error
    }
  }

  /// The program beside the running test bundle.
  public static let path: String = {
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("lockstep").path
  }()

  /// Runs `lockstep` with these words.
  public static func run(
    _ words: [String], in folder: String? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    try run(path, words, in: folder, environment: environment)
  }

  /// Runs a shell's script, in which `$lockstep` is the program.
  public static func shell(_ script: String, in folder: String? = nil) throws -> Outcome {
    try run("/bin/bash", ["-c", script], in: folder, environment: ["lockstep": path])
  }

  private static func run(
    _ program: String, _ words: [String], in folder: String?, environment: [String: String]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // Files take any amount of output without anybody reading.
    let directory = TemporaryDirectory()
    let streams = try ["output", "error"].map { name in
      try FileHandle(forWritingTo: URL(fileURLWithPath: directory.write([], to: name)))
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = streams[0]
    process.standardError = streams[1]
    try process.run()
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try bytes(of: directory.file(name)), as: UTF8.self)
    }
    let isSignalled = process.terminationReason == .uncaughtSignal
    return Outcome(
      status: Int(process.terminationStatus) + (isSignalled ? 128 : 0), isSignalled: isSignalled,
      output: try text("output"), error: try text("error"))
  }
}
