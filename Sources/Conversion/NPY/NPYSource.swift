import HDF5

/// Features and their targets, in two arrays of NPY's format.
final class NPYSource: PlacedRowSource {
  let path: String
  let targetPath: String
  let files: [String]
  let schema: SourceSchema
  private let features: NPYArray
  private let targets: NPYArray

  var rowCount: Int { features.header.rows }

  /// - Parameter files: the files that the arrays are in.
  init(
    features: NPYArray, targets: NPYArray, files: [String]
  ) throws(ConversionError) {
    let (first, second) = (features.header, targets.header)
    guard second.shape.count <= 2 else {
      throw ConversionError(
        subject: targets.path, problem: "has the shape \(second.shape), which is that of features",
        expected: "targets, one number or one row of numbers for each row of \(features.path)",
        remedy: first.shape.count <= 2 ? "give features first, then their targets" : nil)
    }
    guard first.rows == second.rows else {
      throw ConversionError(
        subject: targets.path, problem: "has \(second.rows) rows",
        expected: "\(first.rows), as \(features.path) has",
        remedy: "give each file of features with its own targets")
    }
    self.features = features
    self.targets = targets
    self.files = files
    path = features.path
    targetPath = targets.path
    schema = SourceSchema(
      // A row of one number is a row all the same; a column of single targets is numbers.
      featureShape: first.rowShape.isEmpty ? [1] : first.rowShape,
      featureType: first.type.element,
      targetShape: second.rowShape == [1] ? [] : second.rowShape,
      targetType: second.type.element)
  }

  /// Opens the sources of a split: features, then targets, and so on.
  static func open(
    _ files: [SourceFile], for split: String
  ) throws(ConversionError) -> [NPYSource] {
    guard files.count.isMultiple(of: 2) else {
      throw ConversionError(
        option: "--\(split)", problem: "has \(files.count) sources",
        expected: "an NPY file of features, then one of their targets, in pairs",
        remedy: "or one NPZ file that holds both: numpy.savez(file, x=features, y=targets)")
    }
    var sources: [NPYSource] = []
    for index in stride(from: 0, to: files.count, by: 2) {
      sources.append(
        try NPYSource(
          features: NPYArray(files[index]), targets: NPYArray(files[index + 1]),
          files: files[index...index + 1].map(\.path)))
    }
    return sources
  }

  var isStored: Bool { features.isStored }

  func readTargets(
    _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    var rows = try targets.openRows()
    try readTargetBands(to: body) { band, targets throws(ConversionError) in
      try rows.read(rows: band.count, into: targets)
    }
  }

  func read(
    bandRows: Int, from place: RowPlace, in memory: FeatureMemory?,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    var featureRows = try self.features.openRows()
    var targetRows = try self.targets.openRows()
    try featureRows.skip(rows: place.row)
    try targetRows.skip(rows: place.row)
    try readBands(of: bandRows, from: place.row, in: memory, to: body) {
      rows, features, targets throws(ConversionError) in
      try featureRows.read(rows: rows.count, into: features)
      try targetRows.read(rows: rows.count, into: targets)
    }
  }
}
