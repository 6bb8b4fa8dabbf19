import CHDF5

/// An open file: what its groups and datasets share.
final class OpenFile: Sendable {
  let path: String
  let permissions: Permissions
  let handle: Handle

  init(path: String, permissions: Permissions, handle: Handle) {
    self.path = path
    self.permissions = permissions
    self.handle = handle
  }

  func activity(_ operation: StaticString, _ object: String? = nil) -> Activity {
    Activity(operation: operation, file: path, object: object)
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
