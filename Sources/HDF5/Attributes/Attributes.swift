import CHDF5

/// The attributes of a group or dataset: small named values.
///
/// Reading a name that does not exist is an error; `contains` asks. Any thread may use them.
public struct Attributes: Sendable {
  let file: OpenFile
  let owner: Handle
  let ownerPath: String

  /// No attribute that takes more memory is read: 64 MiB.
  static let byteLimit = 1 << 26

  /// The names, sorted by their bytes.
  ///
  /// The corresponding C function is `H5Aiterate2`.
  public func names() throws(HDF5Error) -> [String] {
    try H5A.names(owner, during: file.activity("listing the attributes", ownerPath))
  }

  /// Whether there is an attribute of this name.
  ///
  /// The corresponding C function is `H5Aexists`.
  public func contains(_ name: String) throws(HDF5Error) -> Bool {
    let activity = activity("looking up the attribute", name)
    try checkName(name, during: activity)
    return try H5A.exists(owner, name, during: activity)
  }

  /// What an attribute holds.
  ///
  /// The corresponding C function is `H5Aget_type`.
  public func storedType(of name: String) throws(HDF5Error) -> StoredType {
    let activity = activity("looking up the attribute", name)
    return try StoredType(
      H5A.type(open(name, during: activity), during: activity), during: activity)
  }

  /// The extent of each axis; [] for a single value.
  ///
  /// The corresponding C function is `H5Aget_space`.
  public func shape(of name: String) throws(HDF5Error) -> [Int] {
    let activity = activity("looking up the attribute", name)
    return try Extents(
      space: H5A.space(open(name, during: activity), during: activity), during: activity
    ).shape
  }

  /// Removes an attribute.
  ///
  /// The corresponding C function is `H5Adelete`.
  public func remove(_ name: String) throws(HDF5Error) {
    let activity = activity("removing the attribute", name)
    try file.expectWritable(during: activity)
    _ = try open(name, during: activity)
    try H5A.delete(owner, name, during: activity)
  }

  func activity(_ operation: StaticString, _ name: String) -> Activity {
    file.activity(operation, "\(ownerPath)@\(name)")
  }

  /// Opens an attribute that must exist, of an object whose attributes can all be listed: who walks a
  /// damaged file (see `File.walk`) has then looked at it too.
  func open(_ name: String, during activity: Activity) throws(HDF5Error) -> Handle {
    try checkName(name, during: activity)
    if !owner.hasListedAttributes {
      _ = try names()
      owner.hasListedAttributes = true
    }
    guard try H5A.exists(owner, name, during: activity) else {
      throw activity.error("does not exist")
    }
    return try H5A.open(owner, name, during: activity)
  }

  /// Creates an attribute in place of any that has its name.
  ///
  /// - Parameter shape: nil for a single value.
  func create(
    _ name: String, type: Handle, shape: [Int]?, during activity: Activity
  ) throws(HDF5Error) -> Handle {
    try file.expectWritable(during: activity)
    try checkName(name, during: activity)
    let space =
      if let shape { try H5S.create(shape, during: activity) } else {
        try H5S.createScalar(during: activity)
      }
    let creation = try H5P.create(chdf5_attribute_creation, during: activity)
    try H5P.setNamesAreUTF8(creation, during: activity)
    if try H5A.exists(owner, name, during: activity) {
      try H5A.delete(owner, name, during: activity)
    }
    return try H5A.create(
      owner, name, type: type, space: space, creation: creation, during: activity)
  }

  private func checkName(_ name: String, during activity: Activity) throws(HDF5Error) {
    if name.isEmpty || name.utf8.contains(0) {
      throw activity.error("\"\(name)\" is not the name of an attribute")
    }
  }
}
