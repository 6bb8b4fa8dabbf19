import Glibc

/// A folder with a folder of images for each class.
struct ImageFolder {
  let path: String
  /// The classes' names: the folders', sorted by their bytes.
  let classNames: [String]
  /// Paths of each class's files, in folders of any depth, sorted by their bytes.
  let files: [[String]]

  init(_ folder: FolderTree) throws(ConversionError) {
    path = folder.path
    guard !folder.entries.isEmpty else {
      throw ConversionError(
        subject: path, problem: "is an empty folder", expected: "a folder of images for each class")
    }
    var classNames: [String] = []
    var files: [[String]] = []
    for entry in folder.entries {
      switch entry {
      case .file(let stray):
        guard access(stray, F_OK) == 0 else {
          throw ConversionError(
            subject: stray, problem: "cannot be read: \(SourceFile.systemMessage)")
        }
        throw ConversionError(
          subject: path,
          problem: "has the file \(Self.name(of: stray)) beside the folders of its classes",
          expected: "a folder of images for each class",
          remedy: "move images into the folders of their classes")
      case .folder(let folder):
        let name = Self.name(of: folder.path)
        let found = folder.files
        guard !found.isEmpty else {
          throw ConversionError(
            subject: folder.path, problem: "has no files",
            expected: "images of the class \(name)",
            remedy: "remove the folder if there are none")
        }
        classNames.append(name)
        files.append(found)
      }
    }
    self.classNames = classNames
    self.files = files
  }

  /// The last part of a path.
  private static func name(of path: String) -> String {
    String(decoding: path.utf8.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
  }
}
