import CHDF5

extension Attributes {
  /// An attribute that is one number.
  ///
  /// Stored types whose every value the wanted type holds are converted; any other is an error.
  ///
  /// The corresponding C function is `H5Aread`.
  public func value<T: Element>(_ name: String, as type: T.Type = T.self) throws(HDF5Error) -> T {
    let (values, activity) = try read(name, as: type)
    guard values.count == 1 else {
      throw activity.error("holds \(values.count) values; 1 was expected")
    }
    return values[0]
  }

  /// An attribute's numbers, whatever its shape, the last axis the fastest.
  ///
  /// Stored types whose every value the wanted type holds are converted; any other is an error.
  ///
  /// The corresponding C function is `H5Aread`.
  public func values<T: Element>(_ name: String, as type: T.Type = T.self) throws(HDF5Error) -> [T]
  {
    try read(name, as: type).values
  }

  /// Writes one number, in place of any attribute of this name.
  ///
  /// The corresponding C functions are `H5Acreate2` and `H5Awrite`.
  public func set<T: Element>(_ name: String, to value: T) throws(HDF5Error) {
    try write(name, [value], shape: nil)
  }

  /// Writes numbers, in place of any attribute of this name.
  ///
  /// - Parameter shape: of as many elements as there are values; nil for one axis.
  ///
  /// The corresponding C functions are `H5Acreate2` and `H5Awrite`.
  public func set<T: Element>(_ name: String, to values: [T], shape: [Int]? = nil)
    throws(HDF5Error)
  {
    try write(name, values, shape: shape ?? [values.count])
  }

  private func read<T: Element>(_ name: String, as type: T.Type) throws(HDF5Error)
    -> (values: [T], activity: Activity)
  {
    let activity = activity("reading the attribute", name)
    let attribute = try open(name, during: activity)
    let typeHandle = try H5A.type(attribute, during: activity)
    let storedType = try StoredType(typeHandle, during: activity)
    guard case .number(let stored, let order) = storedType, T.elementType.holdsEvery(stored)
    else {
      throw activity.error(
        "holds \(storedType); \(T.elementType), or what fits it, was expected")
    }
    let count = try elementCount(attribute, elementBytes: 8, during: activity)
    let values: [T] = try stored.values(count: count, order: order) { memory throws(HDF5Error) in
      try H5A.read(attribute, type: typeHandle, into: memory, during: activity)
    }
    return (values, activity)
  }

  /// The number of an attribute's elements, unless they take too much memory.
  func elementCount(_ attribute: Handle, elementBytes: Int, during activity: Activity)
    throws(HDF5Error) -> Int
  {
    let shape = try Extents(space: H5A.space(attribute, during: activity), during: activity).shape
    guard let bytes = checkedProduct(shape + [elementBytes]), bytes <= Self.byteLimit else {
      throw activity.error("has the shape \(shape), which is too large for an attribute")
    }
    return bytes / elementBytes
  }

  private func write<T: Element>(_ name: String, _ values: [T], shape: [Int]?) throws(HDF5Error) {
    let activity = activity("writing the attribute", name)
    if let shape {
      guard shape.allSatisfy({ $0 >= 0 }), checkedProduct(shape) == values.count else {
        throw activity.error("\(values.count) values for the shape \(shape)")
      }
    }
    let type = try H5T.number(T.elementType, .native, during: activity)
    let attribute = try create(name, type: type, shape: shape, during: activity)
    guard !values.isEmpty else { return }
    try values.withBytes { bytes throws(HDF5Error) in
      try H5A.write(attribute, type: type, from: bytes.baseAddress!, during: activity)
    }
  }
}
