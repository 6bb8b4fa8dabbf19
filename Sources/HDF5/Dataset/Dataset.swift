import CHDF5

/// An n-dimensional array of numbers or strings in an HDF5 file.
///
/// Any thread may use a dataset, several at once too; their calls take turns (see `Library`).
public struct Dataset: Sendable {
  let file: OpenFile
  let handle: Handle
  /// The stored type. Data pass the library in this form, so that it never converts them.
  let typeHandle: Handle

  /// The path from the root: `/train/features`.
  public let path: String

  /// What the elements are.
  ///
  /// The corresponding C function is `H5Dget_type`.
  public let storedType: StoredType

  /// The corresponding C function is `H5Pget_layout`.
  public let layout: Layout

  /// What chunks go through on their way to the file, in this order.
  ///
  /// The corresponding C function is `H5Pget_filter2`.
  public let filters: [Filter]

  init(file: OpenFile, handle: Handle, path: String, during activity: Activity) throws(HDF5Error) {
    self.file = file
    self.handle = handle
    self.path = path
    // Layout and storage first: asking a virtual dataset for its shape opens other files.
    let creation = try H5D.creation(handle, during: activity)
    let layout = try H5P.layout(creation, during: activity)
    if layout == H5D_VIRTUAL, !file.permissions.contains(.virtualDatasets) {
      throw activity.error(
        "is a view of other datasets, which is not read unless allowed", forbidden: .views)
    }
    if try H5P.externalFileCount(creation, during: activity) > 0,
      !file.permissions.contains(.externalStorage)
    {
      throw activity.error(
        "has its data in other files, which are not read unless allowed", forbidden: .otherFiles)
    }
    typeHandle = try H5D.type(handle, during: activity)
    storedType = try StoredType(typeHandle, during: activity)
    let shape = try Extents(of: handle, during: activity).shape
    self.layout =
      switch layout {
      case H5D_COMPACT: .compact
      case H5D_VIRTUAL: .virtual
      case H5D_CHUNKED:
        .chunked(
          try H5P.chunk(creation, rank: shape.count, during: activity).map { Int(clamping: $0) })
      default: .contiguous
      }
    var filters: [Filter] = []
    for index in 0..<(try H5P.filterCount(creation, during: activity)) {
      let (id, name, values) = try H5P.filter(creation, index, during: activity)
      filters.append(Filter(id: id, name: name, values: values))
    }
    self.filters = filters
    try checkSizes(shape, during: activity)
  }

  /// Refuses shapes and chunks that no memory holds.
  private func checkSizes(_ shape: [Int], during activity: Activity) throws(HDF5Error) {
    let elementBytes = try H5T.size(typeHandle, during: activity)
    guard checkedProduct(shape + [elementBytes]) != nil else {
      throw activity.error("has the shape \(shape), which is more than can be addressed")
    }
    guard case .chunked(let chunk) = layout else { return }
    guard let bytes = checkedProduct(chunk + [elementBytes]), bytes > 0, bytes <= 1 << 30 else {
      throw activity.error("has chunks of the shape \(chunk), which are larger than 1 GiB")
    }
  }

  /// The attributes of this dataset.
  public var attributes: Attributes {
    Attributes(file: file, owner: handle, ownerPath: path)
  }

  func activity(_ operation: StaticString) -> Activity { file.activity(operation, path) }
}
