import CHDF5

/// Property lists of datasets: their layout, filters and chunk cache.
extension H5P {
  static func layout(_ creation: Handle, during activity: Activity) throws(HDF5Error)
    -> H5D_layout_t
  {
    try Library.call("H5Pget_layout", failure: H5D_LAYOUT_ERROR, during: activity) {
      H5Pget_layout(creation.id)
    }
  }

  static func setLayout(_ creation: Handle, _ layout: H5D_layout_t, during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Pset_layout", during: activity) { H5Pset_layout(creation.id, layout) }
  }

  static func setAllocatedEarlyUnfilled(_ creation: Handle, during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Pset_alloc_time", during: activity) {
      H5Pset_alloc_time(creation.id, H5D_ALLOC_TIME_EARLY)
    }
    try Library.call("H5Pset_fill_time", during: activity) {
      H5Pset_fill_time(creation.id, H5D_FILL_TIME_NEVER)
    }
  }

  static func chunk(_ creation: Handle, rank: Int, during activity: Activity) throws(HDF5Error)
    -> [hsize_t]
  {
    var extents = [hsize_t](repeating: 0, count: rank)
    let found = try Library.call("H5Pget_chunk", during: activity) {
      H5Pget_chunk(creation.id, Int32(rank), &extents)
    }
    guard Int(found) == rank else {
      throw activity.error("chunks of rank \(found) in a dataset of rank \(rank)")
    }
    return extents
  }

  static func setChunk(_ creation: Handle, _ extents: [hsize_t], during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Pset_chunk", during: activity) {
      H5Pset_chunk(creation.id, Int32(extents.count), extents)
    }
  }

  static func setDeflate(_ creation: Handle, level: UInt32, during activity: Activity)
    throws(HDF5Error)
  {
    try Library.call("H5Pset_deflate", during: activity) { H5Pset_deflate(creation.id, level) }
  }

  static func setShuffle(_ creation: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_shuffle", during: activity) { H5Pset_shuffle(creation.id) }
  }

  static func setFletcher32(_ creation: Handle, during activity: Activity) throws(HDF5Error) {
    try Library.call("H5Pset_fletcher32", during: activity) { H5Pset_fletcher32(creation.id) }
  }

  static func filterCount(_ creation: Handle, during activity: Activity) throws(HDF5Error) -> Int {
    Int(try Library.call("H5Pget_nfilters", during: activity) { H5Pget_nfilters(creation.id) })
  }

  /// A filter's number, its name and the values it was set up with.
  static func filter(_ creation: Handle, _ index: Int, during activity: Activity)
    throws(HDF5Error) -> (id: H5Z_filter_t, name: String, values: [UInt32])
  {
    var flags: UInt32 = 0
    var configuration: UInt32 = 0
    var values = [UInt32](repeating: 0, count: 32)
    var count = values.count
    var name = [CChar](repeating: 0, count: 64)
    let id = try Library.call("H5Pget_filter2", during: activity) {
      H5Pget_filter2(
        creation.id, UInt32(index), &flags, &count, &values, name.count, &name, &configuration)
    }
    return (id, String(c: name), Array(values.prefix(count)))
  }

  static func isFilterAvailable(_ id: H5Z_filter_t, during activity: Activity) throws(HDF5Error)
    -> Bool
  {
    try Library.call("H5Zfilter_avail", during: activity) { H5Zfilter_avail(id) } > 0
  }

  static func arePluginsAllowed(during activity: Activity) throws(HDF5Error) -> Bool {
    var state: UInt32 = 0
    try Library.call("H5PLget_loading_state", during: activity) { H5PLget_loading_state(&state) }
    return state & UInt32(H5PL_FILTER_PLUGIN) != 0
  }

  /// A cache of `bytes` for decoded chunks.
  static func setChunkCache(_ access: Handle, bytes: Int, during activity: Activity)
    throws(HDF5Error)
  {
    // A hundred slots for each chunk of 64 KiB keep collisions rare. The last argument: a chunk that
    // was read to its end is the first to go.
    let slots = max(521, bytes / 65_536 * 100 + 1)
    try Library.call("H5Pset_chunk_cache", during: activity) {
      H5Pset_chunk_cache(access.id, slots, bytes, 1.0)
    }
  }

  /// Reads strings of variable length into an arena, which must outlive the list.
  static func setStringArena(
    _ transfer: Handle, _ arena: UnsafeMutablePointer<chdf5_arena>, during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Pset_vlen_mem_manager", during: activity) {
      chdf5_set_string_arena(transfer.id, arena)
    }
  }
}
