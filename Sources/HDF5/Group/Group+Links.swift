import CHDF5

extension Group {
  /// What `name` stands for, or nil where there is no such name. Soft links count as what they lead
  /// to; a link to another file is not followed unless that is allowed.
  ///
  /// The corresponding C functions are `H5Lexists`, `H5Lget_info` and `H5Oget_info_by_name2`.
  public func kind(of name: String) throws(HDF5Error) -> ObjectKind? {
    let activity = file.activity("looking up the object", path(of: name))
    let access = try file.access(chdf5_link_access, during: activity)
    switch try follow(name, access: access, during: activity) {
    case .missing: return nil
    case .external: return .externalLink
    case .present: break
    }
    let type: H5O_type_t
    do {
      type = try H5L.objectType(handle, name, access: access, during: activity)
    } catch {
      if try isLink(name, H5L_TYPE_SOFT, access: access, during: activity) { return .brokenLink }
      if try isLink(name, H5L_TYPE_EXTERNAL, access: access, during: activity) {
        return .brokenLink
      }
      throw error
    }
    switch type {
    case H5O_TYPE_GROUP: return .group
    case H5O_TYPE_DATASET: return .dataset
    case H5O_TYPE_NAMED_DATATYPE: return .namedType
    default: return .other
    }
  }

  /// Throws unless `name` stands for an object of `kind`.
  func expect(_ name: String, _ kind: ObjectKind, during activity: Activity) throws(HDF5Error) {
    try expectLinks(to: name, during: activity)
    let found = try self.kind(of: name)
    if found != kind {
      throw activity.error("is \(found ?? .brokenLink); \(kind) was expected")
    }
  }

  /// Throws unless every link on the way to `name` exists and stays in the file.
  func expectLinks(to name: String, during activity: Activity) throws(HDF5Error) {
    let access = try file.access(chdf5_link_access, during: activity)
    switch try follow(name, access: access, during: activity) {
    case .present: return
    case .missing(let prefix): throw activity.error(try missing(prefix, during: activity))
    case .external(let prefix):
      throw activity.error(
        "\(path(of: prefix)) is a link to another file, which is not followed unless allowed",
        forbidden: .otherFiles)
    }
  }

  /// Throws if there is anything at `name`, or if the way there leaves the file.
  func expectNothing(at name: String, during activity: Activity) throws(HDF5Error) {
    let access = try file.access(chdf5_link_access, during: activity)
    switch try follow(name, access: access, during: activity) {
    case .present: throw activity.error("exists already")
    case .missing: return
    case .external(let prefix):
      throw activity.error(
        "\(path(of: prefix)) is a link to another file, which is not followed unless allowed",
        forbidden: .otherFiles)
    }
  }

  private enum Way {
    case present
    /// The first part of the name that does not exist.
    case missing(String)
    /// The first part of the name that is a forbidden link to another file.
    case external(String)
  }

  /// Walks the parts of a path one by one: the library asks for that where one may be missing, and
  /// links to other files must be seen before they are followed.
  private func follow(_ name: String, access: Handle, during activity: Activity)
    throws(HDF5Error) -> Way
  {
    if name.isEmpty || name.utf8.contains(0) {
      throw activity.error("\"\(name)\" is not the name of an object")
    }
    var prefix = name.hasPrefix("/") ? "/" : ""
    for part in name.split(separator: "/") where part != "." {
      prefix += prefix.isEmpty || prefix == "/" ? part : "/" + part
      guard try H5L.exists(handle, prefix, access: access, during: activity) else {
        return .missing(prefix)
      }
      if !file.permissions.contains(.externalLinks),
        try isLink(prefix, H5L_TYPE_EXTERNAL, access: access, during: activity)
      {
        return .external(prefix)
      }
    }
    return .present
  }

  private func isLink(
    _ name: String, _ type: H5L_type_t, access: Handle, during activity: Activity
  ) throws(HDF5Error) -> Bool {
    try H5L.info(handle, name, access: access, during: activity).type == type
  }

  /// Says that `name` does not exist, and what does.
  private func missing(_ name: String, during activity: Activity) throws(HDF5Error) -> String {
    let parent = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
    let place =
      if parent.isEmpty { name.hasPrefix("/") ? try Group(root: file) : self } else {
        try group(parent)
      }
    let names = try place.names()
    let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
    return "does not exist; \(place.path) holds \(names.isEmpty ? "nothing" : shown)"
  }
}
