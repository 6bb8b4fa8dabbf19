import HDF5

/// Images (or other features) and their labels, in two IDX files.
final class IDXPair: RowSource {
  let schema: SourceSchema
  private let images: SourceFile
  private let labels: SourceFile
  let path: String
  let targetPath: String
  let rowCount: Int

  init(images: SourceFile, labels: SourceFile) throws(ConversionError) {
    self.images = images
    self.labels = labels
    path = images.path
    targetPath = labels.path
    let first = try IDXFile(images).header
    let second = try IDXFile(labels).header
    guard second.shape.count <= 2 else {
      let isSwapped = first.shape.count == 1
      throw ConversionError(
        subject: labels.path,
        problem: "has the shape \(second.shape), which is that of images",
        expected: "labels, one number or one row of numbers for each image",
        remedy: isSwapped ? "give the images first, then their labels" : nil)
    }
    guard first.rows == second.rows else {
      throw ConversionError(
        subject: labels.path, problem: "has \(second.rows) labels",
        expected: "\(first.rows), one for each image of \(images.path)",
        remedy: "give each file of images with its own labels")
    }
    rowCount = first.rows
    // A row of one number is a row all the same, and a column of single targets is numbers.
    schema = SourceSchema(
      featureShape: first.rowShape.isEmpty ? [1] : first.rowShape, featureType: first.type,
      targetShape: second.rowShape == [1] ? [] : second.rowShape, targetType: second.type)
  }

  func read(
    bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let images = try IDXFile(images)
    let labels = try IDXFile(labels)
    try readBands(of: bandRows, to: body) { rows, features, targets throws(ConversionError) in
      try images.read(rows: rows.count, into: features)
      try labels.read(rows: rows.count, into: targets)
    }
  }

  func readTargets(
    _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let labels = try IDXFile(labels)
    try readTargetBands(to: body) { rows, targets throws(ConversionError) in
      try labels.read(rows: rows.count, into: targets)
    }
  }

  /// Opens the sources of a split: images, then labels, and so on.
  static func open(
    _ sources: [SourceFile], for split: String
  ) throws(ConversionError) -> [IDXPair] {
    guard sources.count.isMultiple(of: 2) else {
      throw ConversionError(
        option: "--\(split)", problem: "has \(sources.count) sources",
        expected: "an IDX file of images, then one of their labels, in pairs")
    }
    var pairs: [IDXPair] = []
    for index in stride(from: 0, to: sources.count, by: 2) {
      pairs.append(try IDXPair(images: sources[index], labels: sources[index + 1]))
    }
    return pairs
  }
}
