import Datasets
import Glibc

/// A folder with a folder of images for each class.
struct ImageFolder {
  let path: String
  /// The classes' names: the folders', sorted by their bytes.
  let classNames: [String]
  /// Paths of each class's files, in folders of any depth, sorted by their bytes.
  let files: [[String]]

  /// Deeper ones are taken for a mistake.
  private static let mostDepth = 16

  init(_ path: String) throws(ConversionError) {
    self.path = path
    let entries = try Self.entries(of: path)
    if let stray = entries.first(where: { !$0.isFolder }) {
      throw ConversionError(
        subject: path, problem: "has the file \(stray.name) beside the folders of its classes",
        expected: "a folder of images for each class",
        remedy: "move images into the folders of their classes")
    }
    guard !entries.isEmpty else {
      throw ConversionError(
        subject: path, problem: "is an empty folder", expected: "a folder of images for each class")
    }
    var files: [[String]] = []
    for entry in entries {
      let found = try Self.files(under: path + "/" + entry.name, depth: 1)
      guard !found.isEmpty else {
        throw ConversionError(
          subject: path + "/" + entry.name, problem: "has no files",
          expected: "images of the class \(entry.name)",
          remedy: "remove the folder if there are none")
      }
      files.append(found)
    }
    classNames = entries.map(\.name)
    self.files = files
  }

  struct Entry {
    let name: String
    let status: stat
    var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }
  }

  private static func files(
    under path: String, depth: Int
  ) throws(ConversionError) -> [String] {
    guard depth <= mostDepth else {
      throw ConversionError(
        subject: path, problem: "is more than \(mostDepth) folders deep",
        expected: "images in the folders of their classes")
    }
    var found: [String] = []
    for entry in try entries(of: path) {
      let path = path + "/" + entry.name
      found += entry.isFolder ? try files(under: path, depth: depth + 1) : [path]
    }
    return found
  }

  /// What is in a folder, sorted by the names' bytes, without hidden files.
  static func entries(of path: String) throws(ConversionError) -> [Entry] {
    guard let names = folderNames(path) else {
      throw ConversionError(
        subject: path, problem: "cannot be opened: \(SourceFile.systemMessage)")
    }
    var entries: [Entry] = []
    for name in names where !name.hasPrefix(".") {
      var status = stat()
      guard stat(path + "/" + name, &status) == 0 else {
        throw ConversionError(
          subject: path + "/" + name, problem: "cannot be read: \(SourceFile.systemMessage)")
      }
      entries.append(Entry(name: name, status: status))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
