import HDF5

/// Images (or other features) and their labels, in two IDX files.
final class IDXPair: RowSource {
  let schema: SourceSchema
  /// Open at their starts until they are read.
  private var unread: (images: IDXFile, labels: IDXFile)?
  let path: String
  let targetPath: String
  let rowCount: Int
  let canRepeat: Bool

  init(images imagesPath: String, labels labelsPath: String) throws(ConversionError) {
    let images = try IDXFile(path: imagesPath)
    let labels = try IDXFile(path: labelsPath)
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
    path = imagesPath
    targetPath = labelsPath
    rowCount = first.rows
    canRepeat = images.isRegularFile && labels.isRegularFile
    // A row of one number is a row all the same, and a column of single targets is numbers.
    schema = SourceSchema(
      featureShape: first.rowShape.isEmpty ? [1] : first.rowShape, featureType: first.type,
      targetShape: second.rowShape == [1] ? [] : second.rowShape, targetType: second.type)
    unread = (images, labels)
  }

  func read(
    bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let (images, labels) =
      if let unread { unread } else {
        (try IDXFile(path: path), try IDXFile(path: targetPath))
      }
    unread = nil
    let rows = min(bandRows, rowCount)
    let featureMemory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rows * schema.featureBytes, alignment: 64)
    defer { featureMemory.deallocate() }
    let targetMemory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rows * schema.targetBytes, alignment: 64)
    defer { targetMemory.deallocate() }
    for start in stride(from: 0, to: rowCount, by: bandRows) {
      let rows = min(bandRows, rowCount - start)
      let features = UnsafeMutableRawBufferPointer(
        rebasing: featureMemory[..<(rows * schema.featureBytes)])
      let targets = UnsafeMutableRawBufferPointer(
        rebasing: targetMemory[..<(rows * schema.targetBytes)])
      try images.read(rows: rows, into: features)
      try labels.read(rows: rows, into: targets)
      try body(
        SourceBand(
          firstRow: start, rows: rows, features: UnsafeRawBufferPointer(features),
          targets: UnsafeRawBufferPointer(targets)))
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
}
