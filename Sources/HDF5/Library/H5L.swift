import CHDF5

/// Links and the objects they lead to: one checked function per C call.
enum H5L {
  static func exists(
    _ location: Handle, _ name: String, access: Handle, during activity: Activity
  ) throws(HDF5Error) -> Bool {
    try Library.call("H5Lexists", during: activity) {
      H5Lexists(location.id, name, access.id)
    } > 0
  }

  /// The link itself, not followed.
  static func info(
    _ location: Handle, _ name: String, access: Handle, during activity: Activity
  ) throws(HDF5Error) -> chdf5_link_info {
    var info = chdf5_link_info()
    try Library.call("H5Lget_info", during: activity) {
      chdf5_get_link_info(location.id, name, access.id, &info)
    }
    return info
  }

  /// The kind of the object at the end of the link.
  static func objectType(
    _ location: Handle, _ name: String, access: Handle, during activity: Activity
  ) throws(HDF5Error) -> H5O_type_t {
    var type = H5O_TYPE_UNKNOWN
    try Library.call("H5Oget_info_by_name2", during: activity) {
      chdf5_get_object_type(location.id, name, access.id, &type)
    }
    return type
  }

  /// The names of a group's links, sorted.
  static func names(_ group: Handle, during activity: Activity) throws(HDF5Error) -> [String] {
    var names: [String] = []
    _ = try withUnsafeMutablePointer(to: &names) { names throws(HDF5Error) in
      try Library.call("H5Literate", during: activity) {
        chdf5_iterate_links(group.id, NameCollector.visit, names)
      }
    }
    return NameCollector.sorted(names)
  }

  static func delete(
    _ location: Handle, _ name: String, access: Handle, during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Ldelete", during: activity) { H5Ldelete(location.id, name, access.id) }
  }
}

/// Collects the names that an iteration of the library visits into the array it is handed.
enum NameCollector {
  static let visit: @convention(c) (UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Int32 = {
    name, names in
    guard let name, let names else { return -1 }
    names.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
    return 0
  }

  /// By their bytes.
  static func sorted(_ names: [String]) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
