import Glibc

extension Dataset {
  /// The files besides its own that the elements lie in: those of external storage, and those that a
  /// view shows datasets of; none for other datasets.
  ///
  /// Where such a file is missing or ends early, the library reads zeros instead. So does it where a
  /// file was changed since, if it notices: ask for this first, and look at the files again later.
  ///
  /// - Throws: `HDF5Error` for files that are missing, too short, no HDF5 files, without the dataset that
  ///   is shown, or that lead on to where the dataset's file may not.
  ///
  /// The corresponding C functions are `H5Pget_external`, `H5Pget_virtual_filename` and
  /// `H5Pget_virtual_dsetname`.
  public func sourceFiles() throws(HDF5Error) -> [SourceFile] {
    let activity = activity("looking for the files with its data")
    let creation = try H5D.creation(handle, during: activity)
    guard layout == .virtual else { return try externalFiles(creation, during: activity) }
    var sources = ViewedSources()
    let files = try sources.files(of: self)
    let rowBytes = try byteCount(during: activity) / max(1, shape.first ?? 1)
    return files.map { path, rows in
      let bytes = rows.lowerBound * rowBytes..<rows.upperBound * rowBytes
      return SourceFile(path: path, bytes: bytes, offset: nil)
    }
  }

  /// Whether the elements lie in other files, as they are.
  var isStoredElsewhere: Bool {
    get throws(HDF5Error) {
      let activity = activity("asking for the files with its data")
      return try H5P.externalFileCount(
        H5D.creation(handle, during: activity), during: activity) > 0
    }
  }

  private func byteCount(during activity: Activity) throws(HDF5Error) -> Int {
    let shape = try Extents(of: handle, during: activity).shape
    return checkedProduct(shape + [try H5T.size(typeHandle, during: activity)]) ?? .max
  }

  private func externalFiles(_ creation: Handle, during activity: Activity) throws(HDF5Error)
    -> [SourceFile]
  {
    let count = try H5P.externalFileCount(creation, during: activity)
    if count == 0 { return [] }
    let folder = try H5P.externalFolder(H5D.access(handle, during: activity), during: activity)
    let end = try byteCount(during: activity)
    var files: [SourceFile] = []
    var start = 0
    for index in 0..<count where start < end {
      let (name, offset, most) = try H5P.externalFile(creation, index, during: activity)
      let bytes = start..<start + min(most ?? .max, end - start)
      let separator = folder.isEmpty || folder.hasSuffix("/") ? "" : "/"
      let path = name.hasPrefix("/") ? name : folder + separator + name
      try Self.checkSize(of: path, isAtLeast: offset, bytes.count, during: activity)
      files.append(SourceFile(path: path, bytes: bytes, offset: offset))
      start = bytes.upperBound
    }
    return files
  }

  private static func checkSize(
    of path: String, isAtLeast offset: Int, _ bytes: Int, during activity: Activity
  ) throws(HDF5Error) {
    var status = stat()
    let end = offset.addingReportingOverflow(bytes)
    let problem: String
    if stat(path, &status) != 0 {
      problem = "cannot be found"
    } else if status.st_mode & S_IFMT != S_IFREG {
      problem = "is no regular file"
    } else if offset < 0 || end.overflow || status.st_size < end.partialValue {
      problem = "has \(status.st_size) bytes; \(bytes) from byte \(offset) on were expected"
    } else {
      return
    }
    throw activity.error("has its data in \(path), which \(problem)")
  }
}
