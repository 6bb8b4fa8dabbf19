import CHDF5

/// Files: one checked function per C call.
enum H5F {
  static func open(
    _ path: String, flags: () -> UInt32, access: Handle, flush: Handle.Flush,
    during activity: Activity
  ) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Fopen", during: activity) { H5Fopen(path, flags(), access.id) },
      flush: flush)
  }

  static func create(
    _ path: String, flags: () -> UInt32, creation: Handle, access: Handle,
    during activity: Activity
  ) throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("H5Fcreate", during: activity) {
        H5Fcreate(path, flags(), creation.id, access.id)
      }, flush: .file)
  }

  static func close(_ file: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Fclose", during: activity) { H5Fclose(file.id) }
  }

  static func flush(_ file: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Fflush", during: activity) { H5Fflush(file.id, H5F_SCOPE_LOCAL) }
  }

  static func isHDF5(_ path: String, during activity: Activity) throws(HDF5Error) -> Bool {
    try Library.call("H5Fis_hdf5", during: activity) { H5Fis_hdf5(path) } > 0
  }

  /// How many objects of the file are open, the file included.
  static func openObjectCount(_ file: Handle, during activity: Activity) throws(HDF5Error) -> Int {
    try Library.call("H5Fget_obj_count", during: activity) {
      H5Fget_obj_count(
        file.id,
        UInt32(
          H5F_OBJ_FILE | H5F_OBJ_DATASET | H5F_OBJ_GROUP
            | H5F_OBJ_DATATYPE | H5F_OBJ_ATTR))
    }
  }

  /// The file that an object is in.
  static func file(of object: Handle, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(try Library.call("H5Iget_file_id", during: activity) { H5Iget_file_id(object.id) })
  }

  /// The path by which the file that an object is in was opened.
  static func name(of object: Handle, during activity: Activity) throws(HDF5Error) -> String {
    try Library.name("H5Fget_name", during: activity) { H5Fget_name(object.id, $0, $1) }
  }

  /// The descriptor that the library reads a file through; nil where it uses none.
  static func descriptor(_ file: Handle, during activity: Activity) throws(HDF5Error) -> Int32? {
    var descriptor: UnsafeMutableRawPointer?
    try Library.call("H5Fget_vfd_handle", during: activity) {
      H5Fget_vfd_handle(file.id, Library.defaults, &descriptor)
    }
    return descriptor?.load(as: Int32.self)
  }
}
