import Glibc

/// Says in plain words why a path cannot be opened or created.
enum FileCheck {
  /// Refuses what the library would misread or wait for: folders, pipes, devices, empty files.
  static func beforeOpening(_ path: String, during activity: Activity) throws(HDF5Error) {
    try checkName(path, during: activity)
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw activity.error(systemMessage(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let found = status.st_mode & S_IFMT == S_IFDIR ? "is a folder" : "is no regular file"
      throw activity.error("\(found); an HDF5 file was expected")
    }
    guard status.st_size > 0 else {
      throw activity.error("is empty (0 bytes); an HDF5 file was expected")
    }
  }

  static func beforeCreating(_ path: String, during activity: Activity) throws(HDF5Error) {
    try checkName(path, during: activity)
    var status = stat()
    if lstat(path, &status) == 0 {
      throw activity.error("exists already; it is not overwritten")
    }
  }

  /// The library's failure to open `path`, told in plain words.
  static func afterFailing(_ path: String, _ error: HDF5Error, during activity: Activity)
    -> HDF5Error
  {
    var error = error
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      error.problem = "cannot be read: \(systemMessage(errno))"
      return error
    }
    close(descriptor)
    if (try? H5F.isHDF5(path, during: activity)) == false {
      error.problem = "is not an HDF5 file: its first bytes are not those of one"
    } else if error.libraryMessages.contains(where: { $0.contains("truncated file") }) {
      error.problem = "is truncated: it is shorter than it says it should be"
    } else if error.libraryMessages.contains(where: { $0.contains("unable to lock file") }) {
      error.problem = "is locked: another process has it open for writing"
    } else {
      error.problem = "cannot be opened: it is damaged, or this version of HDF5 cannot read it"
    }
    return error
  }

  static func afterFailingToCreate(
    _ path: String, _ error: HDF5Error, during activity: Activity
  ) -> HDF5Error {
    var error = error
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    if access(folder, F_OK) != 0 {
      error.problem = "its folder cannot be found: \(systemMessage(errno))"
    } else if access(folder, W_OK) != 0 {
      error.problem = "its folder cannot be written: \(systemMessage(errno))"
    } else {
      error.problem = "cannot be created"
    }
    return error
  }

  private static func checkName(_ path: String, during activity: Activity) throws(HDF5Error) {
    if path.isEmpty || path.utf8.contains(0) {
      throw activity.error("\"\(path)\" is not the name of a file")
    }
  }

  private static func systemMessage(_ number: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    guard strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
    return String(c: text)
  }
}
