import Synchronization

/// A folder and all that is in it, at any depth, each folder sorted by the names' bytes; without hidden
/// files. Links are what they lead to.
struct FolderTree: Sendable {
  enum Entry: Sendable {
    /// Its path.
    case file(String)
    case folder(FolderTree)
  }

  let path: String
  let entries: [Entry]

  /// Deeper ones are taken for a mistake.
  private static let mostDepth = 16

  /// Lists the folder, those in it on all cores.
  /// - Parameter progress: is told how many files were found.
  init(_ path: String, _ progress: ProgressReporter) throws(ConversionError) {
    self.path = path
    let pass = PassProgress(.listing, in: .files, total: nil, to: progress)
    pass.begin(path)
    let counter = Counter()
    let entries = try FolderEntries.entries(of: path, counter.add)
    let results = pass.concurrentResults(entries.count, done: counter.count) { index in
      do throws(ConversionError) {
        return Result<Entry, ConversionError>.success(
          try Self.open(entries[index], of: path, depth: 1, counter))
      } catch {
        return .failure(error)
      }
    }
    self.entries = try results.map { result throws(ConversionError) in try result.get() }
    pass.end(at: counter.count())
  }

  private init(_ path: String, depth: Int, _ counter: Counter) throws(ConversionError) {
    guard depth <= Self.mostDepth else {
      throw ConversionError(
        subject: path, problem: "is more than \(Self.mostDepth) folders deep",
        expected: "images in the folders of their classes")
    }
    self.path = path
    let entries = try FolderEntries.entries(of: path, counter.add)
    self.entries = try entries.map { entry throws(ConversionError) in
      try Self.open(entry, of: path, depth: depth + 1, counter)
    }
  }

  private static func open(
    _ entry: FolderEntries.Entry, of folder: String, depth: Int, _ counter: Counter
  ) throws(ConversionError) -> Entry {
    let path = folder + "/" + entry.name
    return entry.isFolder ? .folder(try FolderTree(path, depth: depth, counter)) : .file(path)
  }

  /// Paths of all files, in folders of any depth.
  var files: [String] {
    entries.flatMap { entry in
      switch entry {
      case .file(let path): [path]
      case .folder(let folder): folder.files
      }
    }
  }

  /// Of files, on all threads.
  private final class Counter: Sendable {
    private let files = Atomic<Int>(0)

    func add(_ more: Int) { files.add(more, ordering: .relaxed) }
    func count() -> Int { files.load(ordering: .relaxed) }
  }
}
