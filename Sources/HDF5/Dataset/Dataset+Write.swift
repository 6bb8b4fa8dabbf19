extension Dataset {
  /// Writes the caller's memory, in this machine's byte order, to a slab.
  ///
  /// - Parameters:
  ///   - slab: nil for all elements.
  ///   - type: what the memory holds; nothing is converted but the byte order (for which a copy is
  ///     made), and any other stored type is an error.
  ///   - memory: exactly as many bytes as the slab has.
  ///
  /// The corresponding C function is `H5Dwrite`.
  public func write(
    _ slab: Slab? = nil, as type: ElementType, from memory: UnsafeRawBufferPointer
  ) throws(HDF5Error) {
    let activity = activity("writing the dataset")
    guard case .number(type, let order) = storedType else {
      throw activity.error("holds \(storedType); \(type) cannot be written to it")
    }
    let selection = try select(slab, during: activity)
    let bytes = try byteCount(
      selection.elementCount, of: type.byteCount, limit: .max, during: activity)
    guard bytes == memory.count else {
      throw activity.error("memory of \(memory.count) bytes for a slab of \(bytes) bytes")
    }
    guard bytes > 0 else { return }
    guard order != .native, type.byteCount > 1 else {
      return try writeStored(selection, from: memory.baseAddress!, during: activity)
    }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
    defer { copy.deallocate() }
    copy.copyMemory(from: memory)
    type.swapBytes(copy)
    try writeStored(selection, from: copy.baseAddress!, during: activity)
  }

  /// Writes an array to a slab; see `write(_:as:from:)`.
  public func write<T: Element>(_ values: [T], to slab: Slab? = nil) throws(HDF5Error) {
    try values.withBytes { bytes throws(HDF5Error) in
      try write(slab, as: T.elementType, from: bytes)
    }
  }
}
