import CHDF5

/// A group: a folder inside an HDF5 file.
///
/// Names may be paths (`train/features`), from this group or, with a leading slash, from the root.
/// Links that leave the file are not followed (see `Permissions`). Any thread may use a group.
public struct Group: Sendable {
  let file: OpenFile
  let handle: Handle

  /// The path from the root: `/train`.
  public let path: String

  init(root file: OpenFile) throws(HDF5Error) {
    let activity = file.activity("opening the root group")
    let access = try file.access(chdf5_group_access, during: activity)
    self.init(
      file: file, handle: try H5G.open(file.handle, "/", access: access, during: activity),
      path: "/")
  }

  init(file: OpenFile, handle: Handle, path: String) {
    self.file = file
    self.handle = handle
    self.path = path
  }

  /// Opens a group in this one.
  ///
  /// The corresponding C function is `H5Gopen2`.
  public func group(_ name: String) throws(HDF5Error) -> Group {
    let activity = file.activity("opening the group", path(of: name))
    try expect(name, .group, during: activity)
    let access = try file.access(chdf5_group_access, during: activity)
    return Group(
      file: file, handle: try H5G.open(handle, name, access: access, during: activity),
      path: path(of: name))
  }

  /// Creates a group in this one, and the groups on its path that do not exist yet.
  ///
  /// The corresponding C function is `H5Gcreate2`.
  @discardableResult
  public func createGroup(_ name: String) throws(HDF5Error) -> Group {
    let activity = file.activity("creating the group", path(of: name))
    try file.expectWritable(during: activity)
    try expectNothing(at: name, during: activity)
    let access = try file.access(chdf5_group_access, during: activity)
    let creation = try H5P.create(chdf5_group_creation, during: activity)
    try H5P.setTimeless(creation, during: activity)
    let created = try H5G.create(
      handle, name, linkCreation: file.linkCreation(during: activity), creation: creation,
      access: access,
      during: activity)
    return Group(file: file, handle: created, path: path(of: name))
  }

  /// The names in this group, sorted by their bytes.
  ///
  /// The corresponding C function is `H5Literate`.
  public func names() throws(HDF5Error) -> [String] {
    try H5L.names(handle, during: file.activity("listing the group", path))
  }

  /// Removes a name; the object behind it goes with its last name.
  ///
  /// The corresponding C function is `H5Ldelete`.
  public func remove(_ name: String) throws(HDF5Error) {
    let activity = file.activity("removing the link", path(of: name))
    try file.expectWritable(during: activity)
    try expectLinks(to: name, during: activity)
    let access = try file.access(chdf5_link_access, during: activity)
    try H5L.delete(handle, name, access: access, during: activity)
  }

  /// The attributes of this group.
  public var attributes: Attributes {
    Attributes(file: file, owner: handle, ownerPath: path)
  }

  /// The path from the root of something in this group.
  func path(of name: String) -> String {
    if name.hasPrefix("/") { return name }
    return path == "/" ? "/" + name : path + "/" + name
  }
}
