import CHDF5

/// An HDF5 file.
///
/// It closes when it and everything opened through it are gone; `close()` does so at once and says
/// whether what was written reached the file. The end of the process does not close it. Any thread may
/// use it (see `Library`).
public final class File: Sendable {
  public enum Access: Sendable {
    case readOnly, readWrite
  }

  let file: OpenFile

  /// The group at the top of the file.
  public let root: Group

  /// The path that the file was opened by.
  public var path: String { file.path }

  /// Opens an existing file.
  ///
  /// - Throws: `HDF5Error` that says whether the file is missing, empty, no HDF5 file, truncated or
  ///   not readable.
  ///
  /// The corresponding C function is `H5Fopen`.
  public convenience init(
    opening path: String, _ access: Access = .readOnly, allowing permissions: Permissions = []
  ) throws(HDF5Error) {
    try self.init(opening: path, access, allowing: permissions, asksGuard: true)
  }

  /// Opens a file for more writing that this process has created and closed, and that nobody else
  /// could have changed: the guard is not asked, and nothing locked.
  package convenience init(reopening path: String) throws(HDF5Error) {
    try self.init(opening: path, .readWrite, allowing: [], asksGuard: false, locks: false)
  }

  /// - Parameters:
  ///   - asksGuard: false for what a file leads to, which the guard was asked about with it.
  ///   - locks: false for a file that nobody else opens. A child process that is started meanwhile
  ///     inherits a lock, and keeps others out after the file is closed.
  init(
    opening path: String, _ access: Access = .readOnly, allowing permissions: Permissions,
    asksGuard: Bool, locks: Bool = true
  ) throws(HDF5Error) {
    let activity = Activity(operation: "opening the file", file: path)
    try FileCheck.beforeOpening(path, during: activity)
    if asksGuard { try Self.askGuard(about: path, permissions) }
    let list = try Self.accessList(during: activity)
    // The library opens what files lead to so that it stays open while it is in use, and one file
    // in one way at a time: where a source of a view was open in another, it would read zeros.
    if !locks { try H5P.setUnlocked(list, during: activity) }
    if access == .readWrite {
      try H5P.setStrongClose(list, during: activity)
      try H5P.setFormat(
        list, low: H5F_LIBVER_V18, high: chdf5_newest_format(), during: activity)
    }
    do {
      let handle = try H5F.open(
        path, flags: access == .readOnly ? chdf5_open_read_only : chdf5_open_read_write,
        access: list, flush: access == .readOnly ? .nothing : .file, during: activity)
      file = OpenFile(
        path: path, permissions: permissions, isWritable: access == .readWrite, handle: handle)
    } catch {
      throw FileCheck.afterFailing(path, error, during: activity)
    }
    root = try Group(root: file)
  }

  /// Creates a file that does not exist yet, in the format of HDF5 1.8, whose metadata carry
  /// checksums.
  ///
  /// - Parameter metadataBytes: room that metadata get at the start of the file, so that the data lie
  ///   together behind it; nil for the library's little blocks everywhere.
  ///
  /// The corresponding C functions are `H5Fcreate` with `H5F_ACC_EXCL`, `H5Pset_meta_block_size` and
  /// `H5Pset_small_data_block_size`.
  public init(creating path: String, metadataBytes: Int? = nil) throws(HDF5Error) {
    let activity = Activity(operation: "creating the file", file: path)
    try FileCheck.beforeCreating(path, during: activity)
    let list = try Self.accessList(during: activity)
    try H5P.setStrongClose(list, during: activity)
    // Who creates a file exclusively needs no lock, which a child process could inherit.
    try H5P.setUnlocked(list, during: activity)
    try H5P.setFormat(list, low: H5F_LIBVER_V18, high: H5F_LIBVER_V18, during: activity)
    if let metadataBytes {
      try H5P.setMetadataBlock(list, bytes: metadataBytes, during: activity)
    }
    let creation = try H5P.create(chdf5_file_creation, during: activity)
    try H5P.setTimeless(creation, during: activity)
    do {
      let handle = try H5F.create(
        path, flags: chdf5_create_exclusively, creation: creation, access: list, during: activity)
      file = OpenFile(path: path, permissions: [], isWritable: true, handle: handle)
    } catch {
      throw FileCheck.afterFailingToCreate(path, error, during: activity)
    }
    root = try Group(root: file)
  }

  /// Hands what was written to the operating system. (It does not wait for the disk: use `fsync`.)
  ///
  /// - Throws: `HDF5Error` where data could not be written, now or before; see `close()`.
  ///
  /// The corresponding C function is `H5Fflush`.
  public func flush() throws(HDF5Error) {
    let activity = file.activity("flushing the file")
    try file.handle.write(during: activity) { () throws(HDF5Error) in
      try H5F.flush(file.handle, during: activity)
    }
  }

  /// Closes the file and everything in it that is still open; using them is an error from then on.
  /// (Of a file that was opened for reading only, what is open stays so.) Closing again does nothing.
  ///
  /// - Throws: `HDF5Error` where data could not be written, now or before. The file is damaged then,
  ///   whatever happens later: remove it. The library keeps it open until the process ends, and with
  ///   it its place on the disk (truncate it first where that matters).
  ///
  /// The corresponding C functions are `H5Fflush` and `H5Fclose`.
  public func close() throws(HDF5Error) {
    let activity = file.activity("closing the file")
    try file.handle.close(during: activity) { () throws(HDF5Error) in
      // What cannot be written is found out before it is too late: see `Library.release`.
      if file.isWritable { try H5F.flush(file.handle, during: activity) }
      try H5F.close(file.handle, during: activity)
    }
  }

  /// How many objects of the file are open, the file itself and its root group included.
  ///
  /// The corresponding C function is `H5Fget_obj_count`.
  public func openObjectCount() throws(HDF5Error) -> Int {
    try H5F.openObjectCount(
      file.handle, during: file.activity("counting the open objects"))
  }

  private static func accessList(during activity: Activity) throws(HDF5Error) -> Handle {
    let list = try H5P.create(chdf5_file_access, during: activity)
    try H5P.setBestEffortLocking(list, during: activity)
    return list
  }
}
