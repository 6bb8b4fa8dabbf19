/// The root group's members by name, so that `file.dataset("train/features")` reads well.
extension File {
  /// The same as `root.names()`.
  public func names() throws(HDF5Error) -> [String] { try root.names() }

  /// The same as `root.kind(of:)`.
  public func kind(of name: String) throws(HDF5Error) -> ObjectKind? { try root.kind(of: name) }

  /// The same as `root.group(_:)`.
  public func group(_ name: String) throws(HDF5Error) -> Group { try root.group(name) }

  /// The same as `root.createGroup(_:)`.
  @discardableResult
  public func createGroup(_ name: String) throws(HDF5Error) -> Group {
    try root.createGroup(name)
  }

  /// The same as `root.dataset(_:chunkCache:)`.
  public func dataset(_ name: String, chunkCache bytes: Int? = nil) throws(HDF5Error) -> Dataset {
    try root.dataset(name, chunkCache: bytes)
  }

  /// The same as `root.createDataset(_:_:shape:maximumShape:storage:byteOrder:)`.
  @discardableResult
  public func createDataset(
    _ name: String, _ type: ElementType, shape: [Int], maximumShape: [Int?]? = nil,
    storage: Storage = .contiguous, byteOrder: ByteOrder = .native
  ) throws(HDF5Error) -> Dataset {
    try root.createDataset(
      name, type, shape: shape, maximumShape: maximumShape, storage: storage, byteOrder: byteOrder)
  }

  /// The attributes of the root group.
  public var attributes: Attributes { root.attributes }
}
