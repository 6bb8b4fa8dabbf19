import CSystem
import Glibc

extension AtomicFile {
  /// Writes a whole file at once.
  package static func write(
    _ text: String, to target: String, replacingExisting: Bool
  ) throws(DatasetError) {
    let file = try AtomicFile(target: target, replacingExisting: replacingExisting)
    try file.write(text)
    try file.commit()
  }

  /// Makes SIGINT and SIGTERM remove all temporary files and end the process with 130 or 143.
  /// For programs without signal handling of their own, before they start a thread.
  package static func removeTemporariesOnInterrupt() {
    _ = lockstep_take_signals()
  }

  /// What hidden names beside `target` start with. A long name is shortened: they must not pass the
  /// file system's limit.
  package static func hiddenPath(besides target: String) -> String {
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(target[...$0]) } ?? ""
    let name = slash.map { String(target[target.utf8.index(after: $0)...]) } ?? target
    guard name.utf8.count > 180 else { return "\(folder).\(name)" }
    // Names may have 255 bytes; that of a long one is told apart by its checksum.
    let checksum = String(Array(name.utf8).withUnsafeBytes { crc32($0) }, radix: 16)
    return "\(folder).\(String(decoding: name.utf8.prefix(160), as: UTF8.self))-\(checksum)"
  }

  /// Removes the temporary files for `target` that a process left which was killed.
  package static func removeTemporaries(of target: String, by process: Int) {
    let start = hiddenPath(besides: target) + ".\(process)-"
    let prefix = start.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    for name in folderNames(folder(of: target)) ?? []
    where name.hasPrefix(prefix) && name.hasSuffix(".partial") {
      unlink(start.dropLast(prefix.count) + name)
    }
  }

  /// Checks, before any work is done, that `target` could be written.
  package static func check(
    _ target: String, replacingExisting: Bool
  ) throws(DatasetError) {
    guard !target.isEmpty, !target.utf8.contains(0) else {
      throw DatasetError(file: "\"\(target)\"", problem: "is not a file name")
    }
    var status = stat()
    guard lstat(target, &status) == 0 else {
      if errno == ENOENT { return try checkFolder(of: target) }
      throw failure(target, "cannot be written", errno)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw DatasetError(
        file: target, problem: "is a folder", expected: "the name of a file to write")
    }
    guard replacingExisting else { throw exists(target) }
  }

  private static func folder(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
  }

  /// Checks that a file could be made in the folder of `path`.
  private static func checkFolder(of path: String) throws(DatasetError) {
    guard access(folder(of: path), W_OK | X_OK) == 0 else {
      throw failure(path, "cannot be created", errno)
    }
  }

  /// Makes the names in the folder of `path` durable.
  package static func syncFolder(of path: String) throws(DatasetError) {
    let folder = folder(of: path)
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder, "cannot be opened", errno) }
    defer { close(descriptor) }
    // EINVAL: a file system whose folders cannot be flushed, and need not be.
    if fsync(descriptor) != 0, errno != EINVAL {
      throw failure(folder, "cannot be written", errno)
    }
  }

  static func exists(_ target: String) -> DatasetError {
    DatasetError(
      file: target, problem: "exists already",
      remedy: "remove it, choose another name, or ask to replace it (--force)")
  }

  static func failure(
    _ target: String, _ problem: String, _ code: Int32
  ) -> DatasetError {
    DatasetError(
      file: target, problem: "\(problem): \(String(cString: strerror(code)))",
      remedy: DatasetError.remedy(forWriting: code))
  }
}
