extension Dataset {
  /// Reads a slab into the caller's memory, in this machine's byte order, the last axis the fastest.
  ///
  /// - Parameters:
  ///   - slab: nil for all elements.
  ///   - type: what the caller takes the elements for. Nothing is converted: any other stored type
  ///     is an error.
  ///   - memory: exactly as many bytes as the slab has.
  ///
  /// The corresponding C function is `H5Dread`.
  public func read(
    _ slab: Slab? = nil, as type: ElementType, into memory: UnsafeMutableRawBufferPointer
  ) throws(HDF5Error) {
    let activity = activity("reading the dataset")
    guard case .number(type, let order) = storedType else {
      throw activity.error("holds \(storedType); \(type) was expected")
    }
    let selection = try select(slab, during: activity)
    let bytes = try byteCount(
      selection.elementCount, of: type.byteCount, limit: .max, during: activity)
    guard bytes == memory.count else {
      throw activity.error("memory of \(memory.count) bytes for a slab of \(bytes) bytes")
    }
    guard bytes > 0 else { return }
    try readStored(selection, into: memory.baseAddress!, during: activity)
    if order != .native { type.swapBytes(memory) }
  }

  /// Reads a slab into the caller's memory; see `read(_:as:into:)`.
  public func read<T: Element>(
    _ slab: Slab? = nil, into memory: UnsafeMutableBufferPointer<T>
  ) throws(HDF5Error) {
    try read(slab, as: T.elementType, into: UnsafeMutableRawBufferPointer(memory))
  }

  /// A slab's elements as an array.
  ///
  /// Stored types whose every value the wanted type holds are converted (`uint8` to `Int`, `float16`
  /// to `Float`); any other is an error, so that no value is ever changed.
  ///
  /// - Parameters:
  ///   - slab: nil for all elements.
  ///   - byteLimit: a slab that needs more memory is an error.
  ///
  /// The corresponding C function is `H5Dread`.
  public func values<T: Element>(
    _ slab: Slab? = nil, as type: T.Type = T.self, byteLimit: Int = 1 << 30
  ) throws(HDF5Error) -> [T] {
    let activity = activity("reading the dataset")
    guard case .number(let stored, let order) = storedType, T.elementType.holdsEvery(stored)
    else {
      throw activity.error(
        "holds \(storedType); \(T.elementType), or what fits it, was expected")
    }
    let selection = try select(slab, during: activity)
    let count = selection.elementCount
    let larger = max(stored.byteCount, T.elementType.byteCount)
    _ = try byteCount(count, of: larger, limit: byteLimit, during: activity)
    return try stored.values(count: count, order: order) { memory throws(HDF5Error) in
      try readStored(selection, into: memory, during: activity)
    }
  }
}

extension ElementType {
  /// `count` elements of this type as an array of a type that holds every one of them.
  ///
  /// - Parameter fill: fills memory with the elements in the byte order `order`; it is not called
  ///   for no elements.
  func values<T: Element>(
    count: Int, order: ByteOrder, fill: (UnsafeMutableRawPointer) throws(HDF5Error) -> Void
  ) throws(HDF5Error) -> [T] {
    guard count > 0 else { return [] }
    if self == T.elementType {
      var values = [T](repeating: T(Int64(0)), count: count)
      try values.withUnsafeMutableBufferPointer { buffer throws(HDF5Error) in
        let memory = UnsafeMutableRawBufferPointer(buffer)
        try fill(memory.baseAddress!)
        if order != .native { swapBytes(memory) }
      }
      return values
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * byteCount, alignment: 16)
    defer { memory.deallocate() }
    try fill(memory.baseAddress!)
    if order != .native { swapBytes(memory) }
    return widen(UnsafeRawBufferPointer(memory), to: T.self)
  }
}
