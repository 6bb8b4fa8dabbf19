import HDF5

/// Images (or other features) and their labels, in two IDX files.
final class IDXPair {
  let images: IDXFile
  let labels: IDXFile

  var rows: Int { images.header.rows }

  /// A row of one number is a row all the same.
  var featureShape: [Int] { images.header.rowShape.isEmpty ? [1] : images.header.rowShape }

  init(images imagesPath: String, labels labelsPath: String) throws(ConversionError) {
    images = try IDXFile(path: imagesPath)
    labels = try IDXFile(path: labelsPath)
    let (first, second) = (images.header, labels.header)
    guard second.shape.count <= 2 else {
      let isSwapped = first.shape.count == 1
      throw ConversionError(
        subject: labelsPath,
        problem: "has the shape \(second.shape), which is that of images",
        expected: "labels, one number or one row of numbers for each image",
        remedy: isSwapped ? "give the images first, then their labels" : nil)
    }
    guard first.rows == second.rows else {
      throw ConversionError(
        subject: labelsPath, problem: "has \(second.rows) labels",
        expected: "\(first.rows), one for each image of \(imagesPath)",
        remedy: "give each file of images with its own labels")
    }
  }

  /// Opens the sources of a split: images, then labels, and so on.
  static func open(_ paths: [String], for split: String) throws(ConversionError) -> [IDXPair] {
    guard paths.count.isMultiple(of: 2) else {
      throw ConversionError(
        subject: "--\(split)", problem: "has \(paths.count) sources",
        expected: "an IDX file of images, then one of their labels, in pairs")
    }
    var pairs: [IDXPair] = []
    for index in stride(from: 0, to: paths.count, by: 2) {
      pairs.append(try IDXPair(images: paths[index], labels: paths[index + 1]))
    }
    return pairs
  }

  /// Throws unless the rows of both pairs are of one kind.
  func checkLike(_ other: IDXPair) throws(ConversionError) {
    for (mine, others) in [(images, other.images), (labels, other.labels)] {
      let (found, wanted) = (mine.header, others.header)
      guard found.type == wanted.type, found.rowShape == wanted.rowShape else {
        throw ConversionError(
          subject: mine.path, problem: "has rows of \(found.type) \(found.rowShape)",
          expected: "\(wanted.type) \(wanted.rowShape), as \(others.path) has")
      }
    }
  }
}
