import CHDF5

/// Property lists: one checked function per C call.
enum H5P {
  static func create(_ kind: () -> hid_t, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(try Library.call("H5Pcreate", during: activity) { H5Pcreate(kind()) })
  }

  // File access

  /// Closing a file closes every object in it that is still open.
  static func setStrongClose(_ access: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_fclose_degree", during: activity) {
      H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG)
    }
  }

  static func setFormat(
    _ access: Handle, low: H5F_libver_t, high: H5F_libver_t, during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Pset_libver_bounds", during: activity) {
      H5Pset_libver_bounds(access.id, low, high)
    }
  }

  /// Files are locked where the file system can lock.
  static func setBestEffortLocking(_ access: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_file_locking", during: activity) {
      H5Pset_file_locking(access.id, true, true)
    }
  }

  static func setUnlocked(_ access: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_file_locking", during: activity) {
      H5Pset_file_locking(access.id, false, true)
    }
  }

  /// Metadata get their places in the file in blocks of so many bytes, and data each a place of its
  /// own behind the last one, however small.
  static func setMetadataBlock(_ access: Handle, bytes: Int, during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Pset_meta_block_size", during: activity) {
      H5Pset_meta_block_size(access.id, hsize_t(bytes))
    }
    try Library.call("H5Pset_small_data_block_size", during: activity) {
      H5Pset_small_data_block_size(access.id, 0)
    }
  }

  // Objects

  /// An object does not say when it was made: the same content makes the same file.
  static func setTimeless(_ creation: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_obj_track_times", during: activity) {
      H5Pset_obj_track_times(creation.id, false)
    }
  }

  // Links

  static func refuseExternalLinks(_ access: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_elink_cb", during: activity) {
      chdf5_refuse_external_links(access.id)
    }
  }

  static func setCreatesGroups(_ linkCreation: Handle, during activity: Activity) throws(HDF5Error)
  {
    try Library.call("H5Pset_create_intermediate_group", during: activity) {
      H5Pset_create_intermediate_group(linkCreation.id, 1)
    }
  }

  /// Names of links and attributes are UTF-8.
  static func setNamesAreUTF8(_ list: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_char_encoding", during: activity) {
      H5Pset_char_encoding(list.id, H5T_CSET_UTF8)
    }
  }
}
