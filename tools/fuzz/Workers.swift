import Foundation

/// A case that a process died of, and the signal.
struct Death {
  var number: Int
  var signal: Int32
  /// Nobody waits for a signal but of the watch: see `Worker`.
  var isHang: Bool { signal == SIGPROF || signal == SIGALRM }
}

/// Starts this program anew as a worker until all cases are done: after a death, from the case after.
///
/// - Parameters:
///   - environment: what a worker has besides the own one.
///   - arguments: the words of a worker that is to do the cases of a range.
/// - Returns: what died, and the workers' lines but those that announce a case.
func work(
  _ cases: Range<Int>, environment: [String: String] = [:], _ arguments: (Range<Int>) -> [String]
) throws -> (deaths: [Death], lines: [String]) {
  var deaths: [Death] = []
  var lines: [String] = []
  var first = cases.lowerBound
  while first < cases.upperBound {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments(first..<cases.upperBound)
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }.merging(environment) { $1 }
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
    deaths.append(Death(number: number, signal: process.terminationStatus))
    first = number + 1
  }
  return (deaths, lines)
}
