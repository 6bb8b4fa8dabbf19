/// What the images of a conversion have in common.
struct ImageKind: Sendable, Equatable {
  /// 1 if all are grey.
  let channels: Int
  /// Of a sample.
  let bits: Int
  /// Nil where they are brought to one size.
  let size: ImageSize?

  /// Throws unless images can be the rows of one dataset.
  ///
  /// - Parameters:
  ///   - images: at least one.
  ///   - areResized: whether they are brought to one size.
  init(
    of images: [(file: ImageFile, header: ImageHeader)], areResized: Bool
  ) throws(ConversionError) {
    let (first, header) = images[0]
    channels = images.lazy.map(\.header.channels).max()!
    bits = header.bits
    for (file, other) in images where other.bits != header.bits {
      throw ConversionError(
        subject: file.path, problem: "has \(other.bits) bits a sample",
        expected: "\(bits), as \(first.path) has",
        remedy: "convert images of one kind at a time, or make them alike first")
    }
    size = areResized ? nil : header.size
    guard let size else { return }
    for (file, other) in images where other.size != size {
      throw ConversionError(
        subject: file.path, problem: "has \(other.width)×\(other.height) pixels",
        expected: "\(size.words), as \(first.path) has",
        remedy: "bring all images to one size with --image-size WIDTHxHEIGHT")
    }
  }

  /// Whether an image is of the kind.
  func allows(_ header: ImageHeader) -> Bool {
    header.bits == bits && header.channels <= channels && (size == nil || header.size == size)
  }
}

/// That images were taken for the kind that some of them are, so that not all had to be looked at
/// before the first was decoded.
final class ImagePresumption {
  /// Whether others are of another kind.
  var isWrong = false
}
