import CHDF5

/// A shape and how far it may grow, checked.
struct Extents {
  var shape: [Int]
  var maximum: [Int?]

  init(of dataset: Handle, during activity: Activity) throws(HDF5Error) {
    try self.init(space: H5D.space(dataset, during: activity), during: activity)
  }

  /// A null space, which has no elements, counts as the shape [0].
  init(space: Handle, during activity: Activity) throws(HDF5Error) {
    if try H5S.isNull(space, during: activity) {
      self.shape = [0]
      maximum = [0]
      return
    }
    let (shape, maximum) = try H5S.extents(space, during: activity)
    guard shape.allSatisfy({ $0 <= hsize_t(Int.max) }) else {
      throw activity.error("has the shape \(shape), which is more than can be addressed")
    }
    self.shape = shape.map { Int($0) }
    // What may grow beyond any number may grow without limit.
    self.maximum = maximum.map { Int(exactly: $0) }
  }
}

extension Dataset {
  /// The extent of each axis; [] for a single element.
  ///
  /// The corresponding C function is `H5Sget_simple_extent_dims`.
  public var shape: [Int] {
    get throws(HDF5Error) {
      try Extents(of: handle, during: activity("reading the shape")).shape
    }
  }

  /// How far each axis may grow; nil means without limit.
  ///
  /// The corresponding C function is `H5Sget_simple_extent_dims`.
  public var maximumShape: [Int?] {
    get throws(HDF5Error) {
      try Extents(of: handle, during: activity("reading the shape")).maximum
    }
  }

  /// Changes the shape of a chunked dataset, within its maximum shape. Elements that come into being
  /// are zero.
  ///
  /// The corresponding C function is `H5Dset_extent`.
  public func resize(to shape: [Int]) throws(HDF5Error) {
    let activity = activity("resizing the dataset")
    let extents = try Extents(of: handle, during: activity)
    guard case .chunked = layout, shape.count == extents.shape.count,
      zip(shape, extents.maximum).allSatisfy({ $0 >= 0 && $0 <= $1 ?? .max }),
      checkedProduct(shape + [try H5T.size(typeHandle, during: activity)]) != nil
    else {
      throw activity.error(
        "cannot become \(shape): the dataset has the shape \(extents.shape) and may grow to "
          + "\(extents.maximum.map { $0.map { "\($0)" } ?? "any" }), its layout is \(layout)")
    }
    try file.write(during: activity) { () throws(HDF5Error) in
      try H5D.setExtent(handle, shape.map { hsize_t($0) }, during: activity)
    }
  }

  /// The bytes that the dataset occupies in its file. Of a chunked one it asks all chunks.
  ///
  /// The corresponding C function is `H5Dget_storage_size`.
  public var storedByteCount: Int {
    get throws(HDF5Error) {
      Int(clamping: try H5D.storedBytes(handle, during: activity("reading the stored size")))
    }
  }

  /// Refuses a dataset that declares far more than its file stores of it: a small file that claims
  /// to hold more than it can is damaged or hostile, and reading it takes forever.
  public func checkIsStored() throws(HDF5Error) {
    let activity = activity("comparing the shape with what is stored")
    let shape = try Extents(of: handle, during: activity).shape
    let declared = checkedProduct(shape + [try H5T.size(typeHandle, during: activity)]) ?? .max
    let stored = try storedByteCount
    // Deflate, the densest of HDF5's own filters, expands at most 1032 times.
    guard declared / 1100 <= stored else {
      throw activity.error(
        "declares \(declared) bytes, but \(stored) are stored; expected data for every row")
    }
  }

  /// Where the elements of a contiguous dataset start in the file, in its stored type and byte order;
  /// nil where they have no place yet or no single one.
  ///
  /// The corresponding C function is `H5Dget_offset`.
  public var fileOffset: Int? {
    get throws(HDF5Error) {
      guard layout == .contiguous else { return nil }
      return try H5D.offset(handle, during: activity("reading the place in the file"))
        .flatMap { Int(exactly: $0) }
    }
  }

  /// The path by which the library opened the dataset's file: behind an external link it is another
  /// one than that of the link.
  ///
  /// The corresponding C function is `H5Fget_name`.
  public var filePath: String {
    get throws(HDF5Error) {
      try H5F.name(of: handle, during: activity("asking for the file's name"))
    }
  }

  /// The descriptor that the library reads the dataset's file through, for reading elements without
  /// the library at `fileOffset`. (Behind an external link that is another file.) It is the
  /// library's, and valid while the dataset is open.
  ///
  /// The corresponding C functions are `H5Iget_file_id` and `H5Fget_vfd_handle`.
  public var fileDescriptor: Int32? {
    get throws(HDF5Error) {
      let activity = activity("asking for the file's descriptor")
      return try H5F.descriptor(H5F.file(of: handle, during: activity), during: activity)
    }
  }
}
