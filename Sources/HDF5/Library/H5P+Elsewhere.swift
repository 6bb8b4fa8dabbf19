import CHDF5

/// Property lists of datasets whose elements lie in other files: external storage and views.
extension H5P {
  static func externalFileCount(_ creation: Handle, during activity: Activity) throws(HDF5Error)
    -> Int
  {
    Int(
      try Library.call("H5Pget_external_count", during: activity) {
        H5Pget_external_count(creation.id)
      })
  }

  /// A file of external storage: its name, the first byte used of it, and how many are; nil for all
  /// that follow.
  static func externalFile(_ creation: Handle, _ index: Int, during activity: Activity)
    throws(HDF5Error) -> (name: String, offset: Int, bytes: Int?)
  {
    var name = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    var offset = off_t()
    var bytes = hsize_t()
    try Library.call("H5Pget_external", during: activity) {
      H5Pget_external(creation.id, UInt32(index), name.count - 1, &name, &offset, &bytes)
    }
    return (String(c: name), Int(offset), bytes == chdf5_unlimited() ? nil : Int(clamping: bytes))
  }

  /// Data in other files are looked for beside the file that names them.
  static func setExternalFolder(_ access: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_efile_prefix", during: activity) {
      H5Pset_efile_prefix(access.id, "${ORIGIN}")
    }
  }

  /// The folder that an open dataset's external storage is looked for in.
  static func externalFolder(_ access: Handle, during activity: Activity) throws(HDF5Error)
    -> String
  {
    try Library.name("H5Pget_efile_prefix", during: activity) {
      H5Pget_efile_prefix(access.id, $0, $1)
    }
  }

  /// How many parts of other datasets a view shows.
  static func viewedCount(_ creation: Handle, during activity: Activity) throws(HDF5Error) -> Int {
    var count = 0
    try Library.call("H5Pget_virtual_count", during: activity) {
      H5Pget_virtual_count(creation.id, &count)
    }
    return count
  }

  /// The file and the dataset of a part of a view.
  static func viewed(_ creation: Handle, _ index: Int, during activity: Activity)
    throws(HDF5Error) -> (file: String, dataset: String)
  {
    (
      try Library.name("H5Pget_virtual_filename", during: activity) {
        H5Pget_virtual_filename(creation.id, index, $0, $1)
      },
      try Library.name("H5Pget_virtual_dsetname", during: activity) {
        H5Pget_virtual_dsetname(creation.id, index, $0, $1)
      }
    )
  }

  /// The rows of a view that a part of it is in, from the first to the last, nil where it has no end;
  /// and its blocks where these have none.
  static func viewedRows(_ creation: Handle, _ index: Int, during activity: Activity)
    throws(HDF5Error) -> (rows: Range<Int>?, blocks: EndlessBlocks?)
  {
    let space = Handle(
      try Library.call("H5Pget_virtual_vspace", during: activity) {
        H5Pget_virtual_vspace(creation.id, index)
      })
    return (
      try H5S.rows(space, during: activity), try H5S.blocks(space, during: activity)
    )
  }
}
