import CHDF5

extension Group {
  /// Opens a dataset in this group.
  ///
  /// - Parameter bytes: how much memory decoded chunks may stay in. A chunk that is larger than the
  ///   library's 1 MiB is decoded anew at each read.
  /// - Throws: `HDF5Error` also for datasets whose data lie elsewhere (see `Permissions`). A dataset
  ///   of a type that cannot be read opens, and says so in `storedType`.
  ///
  /// The corresponding C function is `H5Dopen2`.
  public func dataset(_ name: String, chunkCache bytes: Int? = nil) throws(HDF5Error) -> Dataset {
    let activity = file.activity("opening the dataset", path(of: name))
    try expect(name, .dataset, during: activity)
    let access = try file.access(chdf5_dataset_access, during: activity)
    if file.permissions.contains(.externalStorage), hasDataElsewhere(name, access, activity) {
      try H5P.setExternalFolder(access, during: activity)
    }
    if let bytes {
      guard bytes >= 0 else { throw activity.error("a chunk cache of \(bytes) bytes") }
      try H5P.setChunkCache(access, bytes: bytes, during: activity)
    }
    return try Dataset(
      file: file,
      handle: try H5D.open(
        handle, name, access: access, flush: file.isWritable ? .dataset : .nothing,
        during: activity),
      path: path(of: name), during: activity)
  }

  /// Whether a dataset has its data in other files. Only then may it be opened with a folder for
  /// them: the library opens one object in one way at a time, and follows links to it without.
  private func hasDataElsewhere(_ name: String, _ access: Handle, _ activity: Activity) -> Bool {
    do throws(HDF5Error) {
      let dataset = try H5D.open(handle, name, access: access, flush: .nothing, during: activity)
      let creation = try H5D.creation(dataset, during: activity)
      return try H5P.externalFileCount(creation, during: activity) > 0
    } catch {
      // It is open already, with a folder; or cannot be opened, which will show.
      return true
    }
  }

  /// Creates a dataset of numbers, and the groups on its path that do not exist yet.
  ///
  /// - Parameters:
  ///   - shape: the extent of each axis; [] for a single number.
  ///   - maximumShape: how far each axis may grow, nil without limit; needs chunks.
  ///
  /// The corresponding C function is `H5Dcreate2`.
  @discardableResult
  public func createDataset(
    _ name: String, _ type: ElementType, shape: [Int], maximumShape: [Int?]? = nil,
    storage: Storage = .contiguous, byteOrder: ByteOrder = .native
  ) throws(HDF5Error) -> Dataset {
    let activity = file.activity("creating the dataset", path(of: name))
    return try create(
      name, H5T.number(type, byteOrder, during: activity), elementBytes: type.byteCount,
      shape: shape, maximumShape: maximumShape, storage: storage, during: activity)
  }

  /// Creates a dataset of strings, and the groups on its path that do not exist yet.
  ///
  /// The corresponding C function is `H5Dcreate2`.
  @discardableResult
  public func createDataset(
    _ name: String, strings type: StringType, shape: [Int], maximumShape: [Int?]? = nil,
    storage: Storage = .contiguous
  ) throws(HDF5Error) -> Dataset {
    let activity = file.activity("creating the dataset", path(of: name))
    return try create(
      name, type.makeHandle(during: activity), elementBytes: type.byteCount ?? 16,
      shape: shape, maximumShape: maximumShape, storage: storage, during: activity)
  }

  private func create(
    _ name: String, _ type: Handle, elementBytes: Int, shape: [Int], maximumShape: [Int?]?,
    storage: Storage, during activity: Activity
  ) throws(HDF5Error) -> Dataset {
    try file.expectWritable(during: activity)
    let maximum = maximumShape ?? shape.map { $0 }
    guard shape.count <= 32, maximum.count == shape.count, shape.allSatisfy({ $0 >= 0 }),
      zip(shape, maximum).allSatisfy({ $0 <= $1 ?? .max }),
      checkedProduct(shape + [elementBytes]) != nil
    else {
      throw activity.error("a shape of \(shape) that may grow to \(maximum)")
    }
    if maximum != shape.map({ $0 }) {
      guard case .chunked = storage else {
        throw activity.error("a shape that may grow needs chunks")
      }
    }
    try expectNothing(at: name, during: activity)
    let space =
      shape.isEmpty
      ? try H5S.createScalar(during: activity)
      : try H5S.create(shape, maximum: maximum, during: activity)
    let created = try H5D.create(
      handle, name, type: type, space: space,
      linkCreation: file.linkCreation(during: activity),
      creation: storage.makeHandle(shape: shape, elementBytes: elementBytes, during: activity),
      access: file.access(chdf5_dataset_access, during: activity), during: activity)
    return try Dataset(file: file, handle: created, path: path(of: name), during: activity)
  }
}
