import CHDF5

/// Datasets: one checked function per C call.
enum H5D {
  static func open(
    _ location: Handle, _ name: String, access: Handle, flush: Handle.Flush,
    during activity: Activity
  ) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Dopen2", during: activity) { H5Dopen2(location.id, name, access.id) },
      parent: location, flush: flush)
  }

  static func create(
    _ location: Handle, _ name: String, type: Handle, space: Handle, linkCreation: Handle,
    creation: Handle, access: Handle, during activity: Activity
  ) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Dcreate2", during: activity) {
        H5Dcreate2(
          location.id, name, type.id, space.id, linkCreation.id, creation.id, access.id)
      },
      parent: location, flush: .dataset)
  }

  static func space(_ dataset: Handle, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(try Library.call("H5Dget_space", during: activity) { H5Dget_space(dataset.id) })
  }

  static func type(_ dataset: Handle, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Dget_type", during: activity) { H5Dget_type(dataset.id) },
      parent: dataset)
  }

  static func creation(_ dataset: Handle, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Dget_create_plist", during: activity) {
        H5Dget_create_plist(dataset.id)
      })
  }

  static func access(_ dataset: Handle, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Dget_access_plist", during: activity) {
        H5Dget_access_plist(dataset.id)
      })
  }

  /// The bytes allocated for the dataset in its file.
  static func storedBytes(_ dataset: Handle, during activity: Activity) throws(HDF5Error)
    -> UInt64
  {
    // 0 is both an answer and a failure.
    try Library.call("H5Dget_storage_size", failure: nil, during: activity) {
      H5Dget_storage_size(dataset.id)
    }
  }

  /// Where a contiguous dataset starts in its file; nil where it has no place of its own.
  static func offset(_ dataset: Handle, during activity: Activity) throws(HDF5Error) -> UInt64? {
    let address = try Library.call("H5Dget_offset", failure: nil, during: activity) {
      UInt64(H5Dget_offset(dataset.id))
    }
    return address == UInt64(chdf5_undefined_address()) ? nil : address
  }

  static func read(
    _ dataset: Handle, type: Handle, memory: Handle, file: Handle,
    transfer: Handle? = nil, into bytes: UnsafeMutableRawPointer, during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Dread", during: activity) {
      H5Dread(
        dataset.id, type.id, memory.id, file.id, transfer?.id ?? Library.defaults, bytes)
    }
  }

  static func write(
    _ dataset: Handle, type: Handle, memory: Handle, file: Handle,
    from bytes: UnsafeRawPointer, during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Dwrite", during: activity) {
      H5Dwrite(dataset.id, type.id, memory.id, file.id, Library.defaults, bytes)
    }
  }

  /// Frees the strings of variable length that the library allocated.
  static func reclaim(
    type: Handle, space: Handle, _ pointers: UnsafeMutableRawPointer, during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Dvlen_reclaim", during: activity) {
      H5Dvlen_reclaim(type.id, space.id, Library.defaults, pointers)
    }
  }

  static func setExtent(_ dataset: Handle, _ shape: [hsize_t], during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Dset_extent", during: activity) { H5Dset_extent(dataset.id, shape) }
  }
}
