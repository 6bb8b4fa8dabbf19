import CHDF5

/// Moving a slab between file and memory in the form that the file has.
extension Dataset {
  /// A slab that was checked, with its selection in the file and its shape in memory.
  struct Selection {
    var elementCount: Int
    var file: Handle
    var memory: Handle
  }

  /// - Parameter slab: nil for all elements.
  func select(_ slab: Slab?, during activity: Activity) throws(HDF5Error) -> Selection {
    let file = try H5D.space(handle, during: activity)
    let shape = try Extents(space: file, during: activity).shape
    let slab = slab ?? Slab(all: shape)
    let elementCount = try slab.elementCount(in: shape, during: activity)
    guard !shape.isEmpty, elementCount > 0 else {
      return Selection(elementCount: elementCount, file: file, memory: file)
    }
    try H5S.select(file, slab, during: activity)
    let memory = try H5S.create(slab.count, during: activity)
    return Selection(elementCount: elementCount, file: file, memory: memory)
  }

  func readStored(
    _ selection: Selection, transfer: Handle? = nil, into memory: UnsafeMutableRawPointer,
    during activity: Activity
  ) throws(HDF5Error) {
    try checkFilters(during: activity)
    try H5D.read(
      handle, type: typeHandle, memory: selection.memory, file: selection.file,
      transfer: transfer, into: memory, during: activity)
  }

  func writeStored(
    _ selection: Selection, from memory: UnsafeRawPointer, during activity: Activity
  ) throws(HDF5Error) {
    try checkFilters(during: activity)
    try file.write(during: activity) { () throws(HDF5Error) in
      try H5D.write(
        handle, type: typeHandle, memory: selection.memory, file: selection.file, from: memory,
        during: activity)
    }
  }

  private func checkFilters(during activity: Activity) throws(HDF5Error) {
    for filter in filters {
      guard try H5P.isFilterAvailable(filter.id, during: activity) else {
        let problem =
          "has chunks that went through \(filter), which this libhdf5 does not have"
        guard try H5P.arePluginsAllowed(during: activity) else {
          throw activity.error(
            problem + " (filter plugins are not loaded unless allowed)", forbidden: .plugins)
        }
        throw activity.error(problem + ", nor a plugin for it that can be loaded")
      }
    }
  }

  /// The bytes of `count` elements, unless they are more than the caller allows.
  func byteCount(_ count: Int, of elementBytes: Int, limit: Int, during activity: Activity)
    throws(HDF5Error) -> Int
  {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: elementBytes)
    guard !overflow, bytes <= limit else {
      throw activity.error(
        "\(count) elements of \(elementBytes) bytes; at most \(limit) bytes were to be read")
    }
    return bytes
  }
}
