import CHDF5

extension Dataset {
  /// A slab's strings.
  ///
  /// - Parameters:
  ///   - slab: nil for all elements.
  ///   - byteLimit: a slab whose strings, or the pointers to them, need more memory is an error.
  ///
  /// The corresponding C function is `H5Dread`.
  public func strings(_ slab: Slab? = nil, byteLimit: Int = 1 << 28) throws(HDF5Error) -> [String] {
    let activity = activity("reading the dataset")
    guard case .string(let type) = storedType else {
      throw activity.error("holds \(storedType); strings were expected")
    }
    let selection = try select(slab, during: activity)
    let count = selection.elementCount
    let size = type.byteCount ?? MemoryLayout<UnsafeRawPointer>.size
    _ = try byteCount(count, of: size, limit: byteLimit, during: activity)
    guard count > 0 else { return [] }
    let arena = UnsafeMutablePointer<chdf5_arena>.allocate(capacity: 1)
    arena.initialize(to: chdf5_arena(bytes_left: byteLimit, strings: nil))
    defer {
      chdf5_free_strings(arena)
      arena.deallocate()
    }
    let transfer = try H5P.create(chdf5_transfer, during: activity)
    try H5P.setStringArena(transfer, arena, during: activity)
    return try type.strings(count: count, during: activity) { memory throws(HDF5Error) in
      try readStored(selection, transfer: transfer, into: memory, during: activity)
    }
  }

  /// Writes strings to a slab.
  ///
  /// - Throws: `HDF5Error` also where a string is longer than the stored type has room for: nothing
  ///   is cut.
  ///
  /// The corresponding C function is `H5Dwrite`.
  public func write(_ strings: [String], to slab: Slab? = nil) throws(HDF5Error) {
    let activity = activity("writing the dataset")
    guard case .string(let type) = storedType else {
      throw activity.error("holds \(storedType); strings cannot be written to it")
    }
    let selection = try select(slab, during: activity)
    guard selection.elementCount == strings.count else {
      throw activity.error("\(strings.count) strings for a slab of \(selection.elementCount)")
    }
    guard !strings.isEmpty else { return }
    try type.withStored(strings, during: activity) { memory throws(HDF5Error) in
      try writeStored(selection, from: memory, during: activity)
    }
  }
}

extension StringType {
  /// `count` strings of this type.
  ///
  /// - Parameters:
  ///   - fill: fills memory with the strings, or with pointers to them; it is not called for no
  ///     strings.
  ///   - free: frees what the pointers point to.
  func strings(
    count: Int, during activity: Activity,
    fill: (UnsafeMutableRawPointer) throws(HDF5Error) -> Void,
    free: (UnsafeMutableRawPointer) throws(HDF5Error) -> Void = { _ in }
  ) throws(HDF5Error) -> [String] {
    guard count > 0 else { return [] }
    let size = byteCount ?? MemoryLayout<UnsafeRawPointer>.size
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count * size, alignment: 16)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    try fill(memory.baseAddress!)
    if byteCount != nil { return try decodeFixed(UnsafeRawBufferPointer(memory), during: activity) }
    let pointers = memory.bindMemory(to: UnsafeMutablePointer<CChar>?.self)
    let result = Result { () throws(HDF5Error) in
      try Self.decodeVariable(UnsafeBufferPointer(pointers), during: activity)
    }
    try free(memory.baseAddress!)
    return try result.get()
  }

  /// Calls `body` with the memory that the library writes `strings` from.
  func withStored(
    _ strings: [String], during activity: Activity,
    _ body: (UnsafeRawPointer) throws(HDF5Error) -> Void
  ) throws(HDF5Error) {
    guard byteCount != nil else {
      return try withPointers(to: strings, during: activity, body)
    }
    let bytes = try encodeFixed(strings, during: activity)
    try bytes.withBytes { bytes throws(HDF5Error) in try body(bytes.baseAddress!) }
  }
}
