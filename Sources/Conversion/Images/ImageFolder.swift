/// A folder with a folder of images for each class.
struct ImageFolder {
  let path: String
  /// The classes' names: the folders', sorted by their bytes.
  let classNames: [String]
  /// Paths of each class's files, in folders of any depth, sorted by their bytes.
  let files: [[String]]

  /// Deeper ones are taken for a mistake.
  private static let mostDepth = 16

  /// - Parameter pass: is told how many files were found.
  init(_ path: String, _ pass: PassProgress) throws(ConversionError) {
    self.path = path
    let entries = try FolderEntries.entries(of: path)
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
    var count = 0
    for entry in entries {
      let found = try Self.files(under: path + "/" + entry.name, depth: 1) {
        pass.advance(to: count + $0)
      }
      count += found.count
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

  /// - Parameter advance: gets how many files were found so far, now and then.
  private static func files(
    under path: String, depth: Int, _ advance: (Int) -> Void
  ) throws(ConversionError) -> [String] {
    guard depth <= mostDepth else {
      throw ConversionError(
        subject: path, problem: "is more than \(mostDepth) folders deep",
        expected: "images in the folders of their classes")
    }
    var found: [String] = []
    for entry in try FolderEntries.entries(of: path, advance) {
      let path = path + "/" + entry.name
      if entry.isFolder {
        let before = found.count
        found += try files(under: path, depth: depth + 1) { advance(before + $0) }
      } else {
        found.append(path)
      }
    }
    return found
  }
}
