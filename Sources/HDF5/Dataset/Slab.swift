/// A block of a dataset's elements: along each axis `count` of them, from `offset`, every
/// `stride`-th.
public struct Slab: Sendable, Equatable, CustomStringConvertible {
  public var offset: [Int]
  public var count: [Int]

  /// The step along each axis; nil means 1.
  public var stride: [Int]?

  public init(offset: [Int], count: [Int], stride: [Int]? = nil) {
    self.offset = offset
    self.count = count
    self.stride = stride
  }

  /// All elements of a dataset of this shape.
  public init(all shape: [Int]) {
    self.init(offset: shape.map { _ in 0 }, count: shape)
  }

  /// Whole rows: `rows` along the first axis, everything along the others.
  ///
  /// - Parameter shape: the dataset's shape, of at least one axis.
  public init(rows: Range<Int>, of shape: [Int]) {
    self.init(
      offset: [rows.lowerBound] + shape.dropFirst().map { _ in 0 },
      count: [rows.count] + shape.dropFirst())
  }

  public var description: String {
    "offset \(offset), count \(count)" + (stride.map { ", stride \($0)" } ?? "")
  }

  /// The number of elements, after checking that all of them lie in a dataset of this shape.
  func elementCount(in shape: [Int], during activity: Activity) throws(HDF5Error) -> Int {
    let stride = self.stride ?? shape.map { _ in 1 }
    guard offset.count == shape.count, count.count == shape.count, stride.count == shape.count
    else {
      throw activity.error("a slab of \(self) does not have the rank of the shape \(shape)")
    }
    for axis in shape.indices {
      let isInside =
        offset[axis] >= 0 && offset[axis] <= shape[axis] && count[axis] >= 0 && stride[axis] >= 1
        && (count[axis] == 0
          || offset[axis] < shape[axis]
            && count[axis] - 1 <= (shape[axis] - 1 - offset[axis]) / stride[axis])
      guard isInside else {
        throw activity.error("a slab of \(self) is not inside the shape \(shape)")
      }
    }
    guard let elements = checkedProduct(count) else {
      throw activity.error("a slab of \(self) is more than can be addressed")
    }
    return elements
  }
}

/// The product of `extents`, or nil where it is more than an `Int` holds.
func checkedProduct(_ extents: some Sequence<Int>) -> Int? {
  var product = 1
  var isZero = false
  for extent in extents {
    // An empty axis must not hide that the others overflow.
    if extent == 0 {
      isZero = true
      continue
    }
    let (result, overflow) = product.multipliedReportingOverflow(by: extent)
    if overflow { return nil }
    product = result
  }
  return isZero ? 0 : product
}
