import CHDF5

/// An open file: what its groups and datasets share.
final class OpenFile: Sendable {
  let path: String
  let permissions: Permissions
  let isWritable: Bool
  let handle: Handle

  init(path: String, permissions: Permissions, isWritable: Bool, handle: Handle) {
    self.path = path
    self.permissions = permissions
    self.isWritable = isWritable
    self.handle = handle
  }

  func activity(_ operation: StaticString, _ object: String? = nil) -> Activity {
    Activity(operation: operation, file: path, object: object)
  }

  func expectWritable(during activity: Activity) throws(HDF5Error) {
    if !isWritable { throw activity.error("the file was opened for reading only") }
  }

  /// Calls `write`, whose failure means that data are lost, maybe also such as were written before.
  func write(during activity: Activity, _ write: () throws(HDF5Error) -> Void) throws(HDF5Error) {
    try expectWritable(during: activity)
    try handle.write(during: activity, write)
  }

  /// An access list for names in this file: it follows external links only where that is allowed.
  func access(_ kind: () -> hid_t, during activity: Activity) throws(HDF5Error) -> Handle {
    let access = try H5P.create(kind, during: activity)
    if !permissions.contains(.externalLinks) {
      try H5P.refuseExternalLinks(access, during: activity)
    }
    return access
  }

  /// A list for names that are made: UTF-8, with the groups on their way.
  func linkCreation(during activity: Activity) throws(HDF5Error) -> Handle {
    let list = try H5P.create(chdf5_link_creation, during: activity)
    try H5P.setCreatesGroups(list, during: activity)
    try H5P.setNamesAreUTF8(list, during: activity)
    return list
  }
}
