import Datasets
import Glibc
import Kernels
import Settings

/// What a conversion is of: the options that decide what is read and how, and what tells that each
/// source is still what it was.
struct WorkIdentity {
  /// In words.
  private var options: String
  /// What the command line names, each once, and what it looked like.
  private var sources: [(name: String, state: String)]

  /// What the command line names that is a folder.
  private(set) var folders: [String: FolderTree] = [:]

  /// - Parameters:
  ///   - progress: is told how far the listing of folders is.
  ///   - isKept: whether the source of an index was read to its end, and kept.
  init(
    _ options: ConversionOptions, _ progress: ProgressReporter, isKept: (Int) -> Bool
  ) throws(ConversionError) {
    var what = options
    // What is said of rows concerns nothing that is kept.
    what.isStrict = false
    what.searchesDuplicates = true
    what.replacesExisting = false
    what.resumes = false
    // A dictionary's order is another one in each process.
    what.sources = [:]
    let arguments = options.sources.sorted { $0.key < $1.key }
    self.options =
      "lockstep \(NumericsIdentity.programVersion) \(arguments.map { "\($0.key): \($0.value)" }) \(what)"
    sources = []
    for name in arguments.flatMap(\.value) where !sources.contains(where: { $0.name == name }) {
      let state = isKept(sources.count) ? Self.once : try state(of: name, progress)
      sources.append((name, state))
    }
  }

  /// Reads what `text` wrote; what is none differs from everything.
  init(text: String) {
    options = ""
    sources = []
    guard case .object(let members) = try? SettingValue(json5: text.utf8, source: "identity"),
      case .string(let options) = members["options"],
      case .array(let values) = members["sources"]
    else { return }
    self.options = options
    for case .array(let pair) in values {
      if case .string(let name) = pair.first, case .string(let state) = pair.last {
        sources.append((name, state))
      }
    }
  }

  var text: String {
    SettingValue.object([
      "options": .string(options),
      "sources": .array(sources.map { [.string($0.name), .string($0.state)] }),
    ]).json()
  }

  /// The place of a source among all.
  func index(of name: String) -> Int { sources.firstIndex { $0.name == name } ?? sources.count }

  /// What is not the same, in words.
  func difference(from other: WorkIdentity) -> String? {
    guard options == other.options, sources.map(\.name) == other.sources.map(\.name) else {
      return "the options or the program"
    }
    return zip(sources, other.sources).first { $0.state != $1.state }?.0.name
  }

  /// Of what can be read only once.
  private static let once = "a pipe"
  /// As many bytes are compared at the start of a file.
  private static let headBytes = 64 << 10

  /// What a file or a folder looks like, without reading it: of a file its size, when it was changed,
  /// its number in the file system and how it starts; of a folder the same of all files in it, but not how
  /// they start.
  private mutating func state(
    of name: String, _ progress: ProgressReporter
  ) throws(ConversionError) -> String {
    var status = stat()
    let isInput = name == SourceFile.standardInput
    guard (isInput ? fstat(STDIN_FILENO, &status) : stat(name, &status)) == 0 else {
      throw ConversionError(
        subject: name, problem: "cannot be opened: \(SourceFile.systemMessage)")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      let digest = Fingerprint()
      let descriptor = isInput ? dup(STDIN_FILENO) : try SourceFile.open(name, named: name)
      defer { close(descriptor) }
      var head = [UInt8](repeating: 0, count: Self.headBytes)
      let count = max(0, pread(descriptor, &head, head.count, 0))
      head[..<count].withUnsafeBytes { digest.add($0) }
      return Self.words(status) + " " + digest.finish()
    case S_IFDIR:
      let folder = try FolderTree(name, progress)
      folders[name] = folder
      let digest = Fingerprint()
      for text in Self.states(of: folder.files) { digest.add(text) }
      return digest.finish()
    default: return Self.once
    }
  }

  private static func words(_ status: stat) -> String {
    "\(status.st_size) bytes of \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) at \(status.st_ino)"
  }

  /// What files look like, so many of them at a time, found on all cores.
  private static func states(of paths: [String]) -> [String] {
    let parts = RowParts(paths.count, rowBytes: 0)
    return concurrentResults(parts.count) { part in
      let digest = Fingerprint()
      for path in paths[parts[part]] {
        // Whoever reads the file will tell if it is none.
        var status = stat()
        let isThere = stat(path, &status) == 0
        digest.add(path)
        let state = [
          isThere ? 1 : 0, Int64(path.utf8.count), Int64(status.st_size),
          Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
          Int64(bitPattern: UInt64(status.st_ino)),
        ]
        state.withUnsafeBytes { digest.add($0) }
      }
      return digest.finish()
    }
  }
}
