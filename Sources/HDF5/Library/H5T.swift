import CHDF5

/// Types: one checked function per C call.
enum H5T {
  static func copy(_ type: () -> hid_t, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(try Library.call("H5Tcopy", during: activity) { H5Tcopy(type()) })
  }

  static func classOf(_ type: Handle, during activity: Activity) throws(HDF5Error) -> H5T_class_t {
    try Library.call("H5Tget_class", failure: H5T_NO_CLASS, during: activity) {
      H5Tget_class(type.id)
    }
  }

  /// The type that an enumeration, array or the like is made of.
  static func base(_ type: Handle, during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(try Library.call("H5Tget_super", during: activity) { H5Tget_super(type.id) })
  }

  static func size(_ type: Handle, during activity: Activity) throws(HDF5Error) -> Int {
    try Library.call("H5Tget_size", failure: 0, during: activity) {
      H5Tget_size(type.id)
    }
  }

  static func areEqual(_ one: Handle, _ other: Handle, during activity: Activity)
    throws(HDF5Error) -> Bool
  {
    try Library.call("H5Tequal", during: activity) { H5Tequal(one.id, other.id) } > 0
  }

  static func isVariableString(_ type: Handle, during activity: Activity) throws(HDF5Error) -> Bool
  {
    try Library.call("H5Tis_variable_str", during: activity) { H5Tis_variable_str(type.id) } > 0
  }

  static func encoding(_ type: Handle, during activity: Activity) throws(HDF5Error) -> H5T_cset_t {
    try Library.call("H5Tget_cset", failure: H5T_CSET_ERROR, during: activity) {
      H5Tget_cset(type.id)
    }
  }

  static func padding(_ type: Handle, during activity: Activity) throws(HDF5Error) -> H5T_str_t {
    try Library.call("H5Tget_strpad", failure: H5T_STR_ERROR, during: activity) {
      H5Tget_strpad(type.id)
    }
  }

  static func setSize(_ type: Handle, _ size: Int, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Tset_size", during: activity) { H5Tset_size(type.id, size) }
  }

  static func setEncoding(_ type: Handle, _ encoding: H5T_cset_t, during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Tset_cset", during: activity) { H5Tset_cset(type.id, encoding) }
  }

  static func setPadding(_ type: Handle, _ padding: H5T_str_t, during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Tset_strpad", during: activity) { H5Tset_strpad(type.id, padding) }
  }

  /// Makes a half float of a float: 1 bit of sign, 5 of exponent, 10 of fraction.
  static func setHalfFloat(_ type: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Tset_fields", during: activity) {
      H5Tset_fields(type.id, 15, 10, 5, 0, 10)
    }
    try Library.call("H5Tset_size", during: activity) { H5Tset_size(type.id, 2) }
    try Library.call("H5Tset_ebias", during: activity) { H5Tset_ebias(type.id, 15) }
  }
}
