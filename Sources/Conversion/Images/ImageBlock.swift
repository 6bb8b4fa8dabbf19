import Dispatch
import HDF5

/// Memory for images that are decoded at a time. While they are, each thread writes the rows of its
/// own images only, and nobody reads; `wait` ends that.
final class ImageBlock: @unchecked Sendable {
  let group = DispatchGroup()
  /// What is wrong with the first bad image.
  var failure: ConversionError?
  private let schema: SourceSchema
  private let features: UnsafeMutableRawBufferPointer
  private let targets: UnsafeMutableRawBufferPointer

  init(rows: Int, schema: SourceSchema) {
    self.schema = schema
    features = .allocate(byteCount: rows * schema.featureBytes, alignment: 64)
    targets = .allocate(byteCount: rows * schema.targetBytes, alignment: 64)
  }

  deinit {
    features.deallocate()
    targets.deallocate()
  }

  func wait() -> ConversionError? {
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

  /// Rows of those that the block holds.
  func band(_ rows: Range<Int>, of block: Range<Int>) -> SourceBand {
    let places = rows.lowerBound - block.lowerBound..<rows.upperBound - block.lowerBound
    return SourceBand(
      firstRow: rows.lowerBound, rows: rows.count,
      features: UnsafeRawBufferPointer(
        rebasing: features[
          places.lowerBound * schema.featureBytes..<places.upperBound * schema.featureBytes]),
      targets: UnsafeRawBufferPointer(
        rebasing: targets[
          places.lowerBound * schema.targetBytes..<places.upperBound * schema.targetBytes]),
      next: RowPlace(row: rows.upperBound))
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
