import Dispatch
import HDF5

/// Memory for images that are decoded at a time. While they are, each thread writes the rows of its
/// own images only, and nobody reads; `wait` ends that.
final class ImageBlock: @unchecked Sendable {
  let group = DispatchGroup()
  /// The first bad image, and what is wrong with it.
  var failure: (path: String, problem: ImageHeader.Problem)?
  /// The images that are decoded now.
  private(set) var rows = 0..<0
  private let schema: SourceSchema
  /// Nil where features are put elsewhere.
  private let own: UnsafeMutableRawBufferPointer?
  private var features = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private let targets: UnsafeMutableRawBufferPointer

  /// - Parameter hasFeatures: whether there is to be memory for features.
  init(rows: Int, schema: SourceSchema, hasFeatures: Bool) {
    self.schema = schema
    own =
      hasFeatures ? .allocate(byteCount: rows * schema.featureBytes, alignment: 64) : nil
    targets = .allocate(byteCount: rows * schema.targetBytes, alignment: 64)
  }

  deinit {
    own?.deallocate()
    targets.deallocate()
  }

  /// Begins with other images.
  ///
  /// - Parameters:
  ///   - rows: the first of them, if not all have room.
  ///   - memory: for their features; nil for the block's own.
  func begin(with rows: Range<Int>, in memory: UnsafeMutableRawBufferPointer?) {
    features = memory ?? own!
    self.rows = rows.prefix(features.count / schema.featureBytes)
  }

  func wait() -> (path: String, problem: ImageHeader.Problem)? {
    group.wait()
    return failure
  }

  func features(at place: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      rebasing: features[place * schema.featureBytes..<(place + 1) * schema.featureBytes])
  }

  func setLabel(_ label: Int, at place: Int) {
    targets.storeLabel(label, at: place, as: schema.targetType)
  }

  /// All its rows.
  var band: SourceBand {
    SourceBand(
      firstRow: rows.lowerBound, rows: rows.count,
      features: UnsafeRawBufferPointer(rebasing: features[..<(rows.count * schema.featureBytes)]),
      targets: UnsafeRawBufferPointer(rebasing: targets[..<(rows.count * schema.targetBytes)]))
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Stores the label of an image among those of others.
  /// - Parameter type: `uint8` or `int32`.
  func storeLabel(_ label: Int, at place: Int, as type: ElementType) {
    if type == .uint8 {
      storeBytes(of: UInt8(label), toByteOffset: place, as: UInt8.self)
    } else {
      storeBytes(of: Int32(label), toByteOffset: 4 * place, as: Int32.self)
    }
  }
}
