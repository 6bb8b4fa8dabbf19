import Glibc
import HDF5

extension DatasetError {
  /// - Parameter file: the file's name for the user, where it was opened by another.
  init(_ error: HDF5Error, file: String? = nil) {
    let cause = error.libraryMessages.first ?? ""
    // The library tells a failed system call in a paragraph; what the system said is in it.
    let systemError = error.libraryMessages.lazy.compactMap(Self.systemError).first
    let problem =
      if let systemError {
        "failed while \(error.operation): \(systemError)"
      } else if error.problem.hasSuffix(" failed") {
        "\(error.problem) while \(error.operation)"
      } else {
        error.problem
      }
    self.init(
      file: file ?? error.file, dataset: error.object,
      problem: problem + (cause.isEmpty || systemError != nil ? "" : " (HDF5: \(cause))"),
      remedy: systemError.flatMap(Self.remedy) ?? error.forbidden.map(Self.remedy))
  }

  /// What helps where a file cannot be written, by the number of the system's error.
  package static func remedy(forWriting code: Int32) -> String? {
    switch code {
    case ENOSPC, EDQUOT: "free some space on the disk, or write elsewhere"
    case EFBIG: "raise the limit on files (ulimit -f), or write elsewhere"
    case ENOENT: "create its folder first"
    default: nil
    }
  }

  /// Of an error that the library tells in the system's words.
  private static func remedy(for systemError: String) -> String? {
    [ENOSPC, EDQUOT, EFBIG].first { String(cString: strerror($0)) == systemError }
      .flatMap(remedy(forWriting:))
  }

  private static func remedy(for forbidden: HDF5Error.Forbidden) -> String {
    let option =
      switch forbidden {
      case .otherFiles: "--allow-external"
      case .views: "--allow-virtual"
      case .plugins: "--allow-plugins"
      }
    return "use \(option) if you trust the file"
  }

  /// The text of `errno` in a message of the library: `…, error message = 'No space left', …`.
  private static func systemError(in message: String) -> String? {
    guard let start = message.firstRange(of: "error message = '")?.upperBound,
      let end = message[start...].firstIndex(of: "'")
    else { return nil }
    return String(message[start..<end])
  }

  /// Runs `body` and turns the HDF5 module's errors into this module's.
  package static func converting<Result: ~Copyable>(
    file: String? = nil, _ body: () throws(HDF5Error) -> Result
  ) throws(DatasetError) -> Result {
    do {
      return try body()
    } catch {
      throw DatasetError(error, file: file)
    }
  }
}
