import CHDF5

/// Data spaces (shapes and selections): one checked function per C call.
enum H5S {
  static func create(_ shape: [Int], maximum: [Int?]? = nil, during activity: Activity)
    throws(HDF5Error) -> Handle
  {
    let extents = shape.map { hsize_t($0) }
    let limits = (maximum ?? shape).map { $0.map { hsize_t($0) } ?? chdf5_unlimited() }
    return Handle(
      try Library.call("H5Screate_simple", during: activity) {
        H5Screate_simple(Int32(extents.count), extents, limits)
      })
  }

  static func createScalar(during activity: Activity) throws(HDF5Error) -> Handle {
    Handle(try Library.call("H5Screate", during: activity) { H5Screate(H5S_SCALAR) })
  }

  static func isNull(_ space: Handle, during activity: Activity) throws(HDF5Error) -> Bool {
    let kind = try Library.call(
      "H5Sget_simple_extent_type", failure: H5S_NO_CLASS, during: activity
    ) { H5Sget_simple_extent_type(space.id) }
    return kind == H5S_NULL
  }

  /// The extents, and how far each may grow.
  static func extents(_ space: Handle, during activity: Activity) throws(HDF5Error)
    -> (shape: [hsize_t], maximum: [hsize_t])
  {
    let rank = try Library.call("H5Sget_simple_extent_ndims", during: activity) {
      H5Sget_simple_extent_ndims(space.id)
    }
    var shape = [hsize_t](repeating: 0, count: Int(rank))
    var maximum = shape
    try Library.call("H5Sget_simple_extent_dims", during: activity) {
      H5Sget_simple_extent_dims(space.id, &shape, &maximum)
    }
    return (shape, maximum)
  }

  static func select(_ space: Handle, _ slab: Slab, during activity: Activity) throws(HDF5Error) {
    let offset = slab.offset.map { hsize_t($0) }
    let count = slab.count.map { hsize_t($0) }
    let stride = slab.stride.map { $0.map { hsize_t($0) } }
    try Library.call("H5Sselect_hyperslab", during: activity) {
      H5Sselect_hyperslab(space.id, H5S_SELECT_SET, offset, stride, count, nil)
    }
  }

  /// The rows that a selection is in, from the first to the last; nil where it has no end.
  static func rows(_ space: Handle, during activity: Activity) throws(HDF5Error) -> Range<Int>? {
    let rank = try Library.call("H5Sget_simple_extent_ndims", during: activity) {
      H5Sget_simple_extent_ndims(space.id)
    }
    var first = [hsize_t](repeating: 0, count: max(1, Int(rank)))
    var last = first
    let bounds = try? Library.call("H5Sget_select_bounds", during: activity) {
      H5Sget_select_bounds(space.id, &first, &last)
    }
    guard bounds != nil, first[0] <= last[0], last[0] < hsize_t(Int.max) else { return nil }
    return Int(first[0])..<Int(last[0]) + 1
  }

  /// The blocks of a selection that has them without end along an axis; nil for any other.
  static func blocks(_ space: Handle, during activity: Activity) throws(HDF5Error)
    -> EndlessBlocks?
  {
    let rank = try Library.call("H5Sget_simple_extent_ndims", during: activity) {
      H5Sget_simple_extent_ndims(space.id)
    }
    var start = [hsize_t](repeating: 0, count: max(1, Int(rank)))
    var (stride, count, block) = (start, start, start)
    let isFound = try? Library.call("H5Sget_regular_hyperslab", during: activity) {
      H5Sget_regular_hyperslab(space.id, &start, &stride, &count, &block)
    }
    guard isFound != nil, let axis = count.firstIndex(of: chdf5_unlimited()) else { return nil }
    return EndlessBlocks(
      axis: axis, first: Int(clamping: start[axis]), stride: Int(clamping: stride[axis]),
      count: Int(clamping: block[axis]))
  }
}
