import Glibc

/// What is in a folder. Names are kept one behind another until all are there: a folder may have
/// millions.
struct FolderEntries {
  struct Entry {
    let name: String
    let isFolder: Bool
  }

  private struct Place {
    /// Where the name begins among the bytes of all; it ends with a 0.
    var start: Int
    var isFolder: Bool
  }

  private let path: String
  private var bytes: [CChar] = []
  private var places: [Place] = []
  /// Files that `advance` was not told of yet.
  private var newFiles = 0

  /// What is in a folder, sorted by the names' bytes, without hidden files. Links are what they lead
  /// to.
  /// - Parameter advance: gets how many more files were found, now and then.
  static func entries(
    of path: String, _ advance: (Int) -> Void
  ) throws(ConversionError) -> [Entry] {
    var entries = FolderEntries(path: path)
    try entries.read(advance)
    return entries.sorted()
  }

  private init(path: String) {
    self.path = path
  }

  /// So many are found between two calls.
  private static let spacing = 4096

  private mutating func read(_ advance: (Int) -> Void) throws(ConversionError) {
    guard let folder = opendir(path) else {
      throw ConversionError(
        subject: path, problem: "cannot be opened: \(SourceFile.systemMessage)")
    }
    defer { closedir(folder) }
    errno = 0
    while let entry = readdir(folder) {
      add(entry, of: dirfd(folder))
      if newFiles == Self.spacing { report(to: advance) }
      errno = 0
    }
    guard errno == 0 else {
      throw ConversionError(subject: path, problem: "cannot be read: \(SourceFile.systemMessage)")
    }
    report(to: advance)
  }

  private mutating func report(to advance: (Int) -> Void) {
    advance(newFiles)
    newFiles = 0
  }

  private mutating func add(
    _ entry: UnsafeMutablePointer<dirent>, of folder: Int32
  ) {
    let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
    let name = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
    if name[0] == CChar(bitPattern: UInt8(ascii: ".")) { return }
    let isFolder: Bool
    switch Int(entry.pointee.d_type) {
    case Int(DT_DIR): isFolder = true
    case Int(DT_LNK), Int(DT_UNKNOWN):
      // A link that leads nowhere is a file that cannot be read.
      var status = stat()
      isFolder = fstatat(folder, name, &status, 0) == 0 && status.st_mode & S_IFMT == S_IFDIR
    default: isFolder = false
    }
    if !isFolder { newFiles += 1 }
    places.append(Place(start: bytes.count, isFolder: isFolder))
    bytes.append(contentsOf: UnsafeBufferPointer(start: name, count: strlen(name) + 1))
  }

  private func sorted() -> [Entry] {
    bytes.withUnsafeBufferPointer { bytes in
      guard let bytes = bytes.baseAddress else { return [] }
      return places.sorted { strcmp(bytes + $0.start, bytes + $1.start) < 0 }
        .map { Entry(name: String(cString: bytes + $0.start), isFolder: $0.isFolder) }
    }
  }
}
