import CHDF5

/// Groups: one checked function per C call.
enum H5G {
  static func open(
    _ location: Handle, _ name: String, access: Handle, during activity: Activity
  ) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Gopen2", during: activity) { H5Gopen2(location.id, name, access.id) },
      parent: location)
  }

  static func create(
    _ location: Handle, _ name: String, linkCreation: Handle, creation: Handle, access: Handle,
    during activity: Activity
  ) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Gcreate2", during: activity) {
        H5Gcreate2(location.id, name, linkCreation.id, creation.id, access.id)
      },
      parent: location)
  }
}
