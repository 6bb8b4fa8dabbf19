import Datasets
import HDF5

/// Rows of an HDF5 file, of Lockstep's layout or any other, to be stored anew.
final class HDF5Source: PlacedRowSource {
  let path: String
  let rowCount: Int
  let schema: SourceSchema
  /// What the file says of it, or else suits its type.
  let normalization: Normalization
  private let rows: StoredRows

  static let magic: [UInt8] = [0x89] + Array("HDF\r\n\u{1A}\n".utf8)

  /// Opens one split of a file: that of the name, or the only one there is.
  init(
    _ source: SourceFile, split: SplitName, _ options: ConversionOptions
  ) throws(ConversionError) {
    path = source.path
    let file = try source.openAnywhere()
    // libhdf5 opens nothing without a name, but needs none afterwards.
    let copy = file.isNamed ? nil : try NamedCopy(of: file, source.progress)
    let path = copy?.path ?? file.systemPath
    (rowCount, schema, normalization, rows) = try ConversionError.converting(source.path) {
      () throws(DatasetError) in
      let dataset = try Dataset(
        paths: [path], features: options.features, targets: options.targets,
        weights: options.weights, readsLabels: false)
      let found = dataset.splits[split] != nil || dataset.splits.count > 1
      let split = found ? split : dataset.splits.keys.first!
      let rows = try dataset.storedRows(split)
      let schema = SourceSchema(
        // A row of one number is a row all the same.
        featureShape: dataset.featureShape.isEmpty ? [1] : dataset.featureShape,
        featureType: rows.featureType, targetShape: rows.targetShape, targetType: rows.targetType,
        hasWeights: rows.hasWeights, classNames: dataset.classNames,
        featureNames: dataset.featureNames)
      return (
        try dataset.rows(of: split), schema, dataset.normalization, rows
      )
    }
  }

  /// Opens the files of each split; what the first one says of normalisation goes for all.
  static func open(
    _ sources: [SplitName: [SourceFile]], _ options: ConversionOptions,
    _ progress: ProgressReporter = ProgressReporter()
  ) throws(ConversionError) -> ArraySet {
    var opened: [SplitName: [any RowSource]] = [:]
    var normalization: Normalization?
    for (split, files) in sources.sorted(by: { $0.key < $1.key }) {
      for file in files {
        let source = try HDF5Source(file, split: split, options)
        normalization = normalization ?? source.normalization
        opened[split, default: []].append(source)
      }
    }
    return try ArraySet(opened, options, normalization: normalization, progress)
  }

  var isStored: Bool { true }

  var datasets: (features: String, targets: String, weights: String?)? { rows.paths }

  func read(
    bandRows: Int, from place: RowPlace, in memory: FeatureMemory?,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let weights = UnsafeMutableBufferPointer<Float>.allocate(
      capacity: schema.hasWeights ? min(bandRows, rowCount) : 0)
    defer { weights.deallocate() }
    try readBands(of: bandRows, from: place.row, in: memory) { band throws(ConversionError) in
      var band = band
      if schema.hasWeights {
        // Not among what is read ahead: there is memory for those of one band.
        try ConversionError.converting(path) { () throws(DatasetError) in
          try rows.readWeights(band.firstRow..<band.firstRow + band.rows, into: weights)
        }
        band.weights = UnsafeRawBufferPointer(
          UnsafeBufferPointer(rebasing: weights[..<band.rows]))
      }
      try body(band)
    } filling: { [self] band, features, targets throws(ConversionError) in
      try ConversionError.converting(path) { () throws(DatasetError) in
        try rows.read(band, features: features, targets: targets)
      }
    }
  }

  func readTargets(
    _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try readTargetBands(to: body) { band, targets throws(ConversionError) in
      try ConversionError.converting(path) { () throws(DatasetError) in
        try rows.readTargets(band, into: targets)
      }
    }
  }
}

extension ConversionError {
  /// Runs `body` and turns errors about a file into errors about the source that it is.
  fileprivate static func converting<Result>(
    _ source: String, _ body: () throws(DatasetError) -> Result
  ) throws(ConversionError) -> Result {
    do {
      return try body()
    } catch {
      var converted = ConversionError(error)
      converted.subject = source
      throw converted
    }
  }
}
