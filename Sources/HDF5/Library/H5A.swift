import CHDF5

/// Attributes: one checked function per C call.
enum H5A {
  static func exists(_ object: Handle, _ name: String, during activity: Activity)
    throws(HDF5Error) -> Bool
  {
    try Library.call("H5Aexists", during: activity) { H5Aexists(object.id, name) } > 0
  }

  static func open(_ object: Handle, _ name: String, during activity: Activity) throws(HDF5Error)
    -> Handle
  {
    Handle(
      try Library.call("H5Aopen", during: activity) { H5Aopen(object.id, name, Library.defaults) },
      parent: object)
  }

  static func create(
    _ object: Handle, _ name: String, type: Handle, space: Handle, creation: Handle,
    during activity: Activity
  ) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Acreate2", during: activity) {
        H5Acreate2(object.id, name, type.id, space.id, creation.id, Library.defaults)
      },
      parent: object)
  }

  static func delete(_ object: Handle, _ name: String, during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Adelete", during: activity) { H5Adelete(object.id, name) }
  }

  static func type(_ attribute: Handle, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(try Library.call("H5Aget_type", during: activity) { H5Aget_type(attribute.id) })
  }

  static func space(_ attribute: Handle, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(try Library.call("H5Aget_space", during: activity) { H5Aget_space(attribute.id) })
  }

  static func read(
    _ attribute: Handle, type: Handle, into bytes: UnsafeMutableRawPointer,
    during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Aread", during: activity) { H5Aread(attribute.id, type.id, bytes) }
  }

  static func write(
    _ attribute: Handle, type: Handle, from bytes: UnsafeRawPointer, during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Awrite", during: activity) { H5Awrite(attribute.id, type.id, bytes) }
  }

  static func names(_ object: Handle, during activity: Activity) throws(HDF5Error) -> [String] {
    var names: [String] = []
    _ = try withUnsafeMutablePointer(to: &names) { names throws(HDF5Error) in
      try Library.call("H5Aiterate2", during: activity) {
        chdf5_iterate_attributes(object.id, NameCollector.visit, names)
      }
    }
    return NameCollector.sorted(names)
  }
}
