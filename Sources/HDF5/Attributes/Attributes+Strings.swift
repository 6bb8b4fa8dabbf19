import CHDF5

extension Attributes {
  /// An attribute that is one string.
  ///
  /// The corresponding C function is `H5Aread`.
  public func string(_ name: String) throws(HDF5Error) -> String {
    let (strings, activity) = try read(name)
    guard strings.count == 1 else {
      throw activity.error("holds \(strings.count) strings; 1 was expected")
    }
    return strings[0]
  }

  /// An attribute's strings, whatever its shape, the last axis the fastest.
  ///
  /// The corresponding C function is `H5Aread`.
  public func strings(_ name: String) throws(HDF5Error) -> [String] {
    try read(name).strings
  }

  /// Writes one string, in place of any attribute of this name.
  ///
  /// - Parameter type: nil for a fixed length with room for the string: it lies in the object's
  ///   header, under its checksum. `.variable` reads back as `str` in h5py (others as bytes), but lies
  ///   in a heap without checksums, where libhdf5 1.10.8 crashes on flipped bits.
  ///
  /// The corresponding C functions are `H5Acreate2` and `H5Awrite`.
  public func set(_ name: String, to string: String, as type: StringType? = nil) throws(HDF5Error) {
    try write(name, [string], shape: nil, type ?? .fitting([string]))
  }

  /// Writes strings along one axis, in place of any attribute of this name; see `set(_:to:as:)`.
  ///
  /// The corresponding C functions are `H5Acreate2` and `H5Awrite`.
  public func set(_ name: String, to strings: [String], as type: StringType? = nil)
    throws(HDF5Error)
  {
    try write(name, strings, shape: [strings.count], type ?? .fitting(strings))
  }

  private func read(_ name: String) throws(HDF5Error) -> (strings: [String], activity: Activity) {
    let activity = activity("reading the attribute", name)
    let attribute = try open(name, during: activity)
    let typeHandle = try H5A.type(attribute, during: activity)
    let storedType = try StoredType(typeHandle, during: activity)
    guard case .string(let type) = storedType else {
      throw activity.error("holds \(storedType); strings were expected")
    }
    let size = type.byteCount ?? MemoryLayout<UnsafeRawPointer>.size
    let count = try elementCount(attribute, elementBytes: size, during: activity)
    let space = try H5A.space(attribute, during: activity)
    let strings = try type.strings(
      count: count, during: activity,
      fill: { memory throws(HDF5Error) in
        try H5A.read(attribute, type: typeHandle, into: memory, during: activity)
      },
      free: { memory throws(HDF5Error) in
        try H5D.reclaim(type: typeHandle, space: space, memory, during: activity)
      })
    return (strings, activity)
  }

  private func write(_ name: String, _ strings: [String], shape: [Int]?, _ type: StringType)
    throws(HDF5Error)
  {
    let activity = activity("writing the attribute", name)
    let typeHandle = try type.makeHandle(during: activity)
    guard !strings.isEmpty else {
      _ = try create(name, type: typeHandle, shape: shape, during: activity)
      return
    }
    try type.withStored(strings, during: activity) { memory throws(HDF5Error) in
      let attribute = try create(name, type: typeHandle, shape: shape, during: activity)
      try H5A.write(attribute, type: typeHandle, from: memory, during: activity)
    }
  }
}
