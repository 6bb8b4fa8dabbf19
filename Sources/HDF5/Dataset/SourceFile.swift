import Glibc

/// A file besides the dataset's own that elements of it lie in.
public struct SourceFile: Sendable, Equatable {
  /// Where the library finds it.
  public let path: String
  /// The bytes of the dataset that lie in it: of a view those of all rows from the first to the last
  /// that do, at least in part.
  public let bytes: Range<Int>
  /// The place of the first of them in the file; nil for a view.
  public let offset: Int?
}

/// Where the library looks for a file that another one names.
enum SourcePath {
  /// The first of the places where a source of a view is looked for that has a file; nil where none has.
  ///
  /// - Parameter file: the path of the file that the view is in.
  static func ofViewed(_ name: String, from file: String) -> String? {
    let last = String(name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...])
    let base = name.hasPrefix("/") ? last : name
    let prefix = getenv("HDF5_VDS_PREFIX").map { String(cString: $0) } ?? ""
    let prefixed = prefix.split(separator: ":").map { String($0) + "/" }
    let own = [besideOrigin(prefix, of: file), folder(of: file), "", folder(of: resolved(file))]
    let folders = prefixed + own.compactMap(\.self)
    let places = (name.hasPrefix("/") ? [name] : []) + folders.map { $0 + base }
    return places.first { access($0, F_OK) == 0 }
  }

  /// The folder that a prefix names from that of the file, where it does. The library takes colons in
  /// it for a part of the name.
  private static func besideOrigin(_ prefix: String, of file: String) -> String? {
    let origin = "${ORIGIN}"
    guard prefix.hasPrefix(origin) else { return nil }
    let folder = folder(of: file)
    return (folder.isEmpty ? "./" : folder) + prefix.dropFirst(origin.count) + "/"
  }

  /// The path without links, by which a file is known however it was found.
  static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }
}
