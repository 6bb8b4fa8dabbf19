import Datasets
import HDF5

/// Rows that can be read front to back: what a source is to the rest of a conversion, whatever its
/// format.
protocol RowSource: AnyObject {
  /// The file to blame for what is wrong with features, and with targets.
  var path: String { get }
  var targetPath: String { get }
  /// What features, targets and weights are called in it, where it is a file of several datasets.
  var datasets: (features: String, targets: String, weights: String?)? { get }
  /// All its files, for the text that says where rows came from.
  var files: [String] { get }
  var schema: SourceSchema { get }
  /// Rows that `read` hands out. Known once the source is open.
  var rowCount: Int { get }
  /// Rows of the file, those that were skipped included: where the numbers of the next source's
  /// rows start.
  var numberCount: Int { get }

  /// What the user should know of how the rows are read.
  var notes: [String] { get }

  /// Whether its rows lie in a file as they are: reading them again costs no more than reading what
  /// was kept of them.
  var isStored: Bool { get }

  /// Reads all rows, from the first one on at each call, at most `bandRows` of them at a time.
  func read(
    bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError)

  /// Reads the rows from a place on, as `read(bandRows:)` does.
  ///
  /// - Parameter memory: where features may be put, which the source then hands out; nil where they would
  ///   be copied all the same.
  func read(
    bandRows: Int, from place: RowPlace, in memory: FeatureMemory?,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError)

  /// Reads the targets of all rows, and the features only where they cannot be left out.
  func readTargets(
    _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError)
}

extension RowSource {
  var targetPath: String { path }
  var datasets: (features: String, targets: String, weights: String?)? { nil }
  var files: [String] { path == targetPath ? [path] : [path, targetPath] }
  var numberCount: Int { rowCount }
  var notes: [String] { [] }
  var isStored: Bool { false }

  /// Of a source that can only be read from its start, in which skipping is quick, with memory of its own.
  func read(
    bandRows: Int, from place: RowPlace, in memory: FeatureMemory?,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try read(bandRows: bandRows) { band throws(ConversionError) in
      let end = band.firstRow + band.rows
      if end > place.row { try body(band.part(max(band.firstRow, place.row)..<end)) }
    }
  }

  func read(
    bandRows: Int, from place: RowPlace, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try read(bandRows: bandRows, from: place, in: nil, body)
  }

  func readTargets(
    _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try read(bandRows: schema.bandRows) { band throws(ConversionError) in
      try body(band.targets)
    }
  }
}

/// A source that itself reads from any of its rows' places on.
protocol PlacedRowSource: RowSource {}

extension PlacedRowSource {
  func read(
    bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try read(bandRows: bandRows, from: RowPlace(), in: nil, body)
  }
}

/// Rows of a source that follow one another, in the machine's byte order. The memory is the
/// source's and good until the closure that was handed the band returns.
struct SourceBand {
  /// The index of the first row among those that the source hands out.
  var firstRow: Int
  var rows: Int
  /// (rows, …feature shape) of the source's feature type; targets likewise.
  var features: UnsafeRawBufferPointer
  var targets: UnsafeRawBufferPointer
  /// A float for each row; nil where the source has none.
  var weights: UnsafeRawBufferPointer?
  /// The row's number in its source, of each row; nil when nothing was skipped: from `firstRow` on.
  var numbers: [Int]?
  /// Where reading can begin to go on behind the band; nil where it cannot begin there.
  var next: RowPlace?

  /// Some of the band's rows.
  func part(_ some: Range<Int>) -> SourceBand {
    let places = some.lowerBound - firstRow..<some.upperBound - firstRow
    if places.count == rows { return self }
    func part(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
      let rowBytes = bytes.count / rows
      return UnsafeRawBufferPointer(
        rebasing: bytes[places.lowerBound * rowBytes..<places.upperBound * rowBytes])
    }
    return SourceBand(
      firstRow: some.lowerBound, rows: places.count, features: part(features),
      targets: part(targets), weights: weights.map(part),
      numbers: numbers.map { Array($0[places]) },
      next: places.upperBound == rows ? next : nil)
  }

  /// The number in the source of one of the band's rows.
  func number(ofRow row: Int) -> Int { numbers?[row] ?? firstRow + row }

  /// The numbers of all rows among those of several sources.
  ///
  /// - Parameter others: how many the sources before this one have.
  func numbers(behind others: Int) -> [Int] {
    numbers.map { $0.map { others + $0 } }
      ?? Array(others + firstRow..<others + firstRow + rows)
  }
}

/// What the rows of a source are made of.
struct SourceSchema: Equatable {
  /// A row's shape, without the rows: at least one dimension.
  var featureShape: [Int]
  var featureType: ElementType
  /// Whether types are already the smallest ones that hold the values, so that none need be
  /// searched.
  var isSmallestType = false
  /// Empty for one number a row, else one extent.
  var targetShape: [Int]
  var targetType: ElementType
  /// Whether rows have weights, a float each.
  var hasWeights = false
  /// Whether integer targets are values, not classes.
  var targetsAreValues = false
  /// Classes are numbered below it, where that is known beforehand.
  var classCount: Int?
  /// Names that the source brings, if it does.
  var classNames: [String]?
  var featureNames: [String]?
  /// How the rows were made from a table.
  var preprocessing: Preprocessing?

  func name(ofFeature index: Int) -> String {
    guard let featureNames, featureNames.indices.contains(index) else { return "\(index)" }
    return featureNames[index]
  }

  var featureWidth: Int { featureShape.reduce(1, *) }
  var featureBytes: Int { featureWidth * featureType.byteCount }
  var targetWidth: Int { targetShape.reduce(1, *) }
  var targetBytes: Int { targetWidth * targetType.byteCount }

  /// Rows of a band: their features, their targets, and all that is kept for each of them besides, of
  /// at most about 4 MiB each.
  var bandRows: Int { Self.bandRows(ofBytes: max(featureBytes, targetBytes)) }
  /// Rows of a band of targets alone.
  var targetBandRows: Int { Self.bandRows(ofBytes: targetBytes) }

  private static func bandRows(ofBytes rowBytes: Int) -> Int {
    max(1, (4 << 20) / max(rowBytes, besideBytes))
  }

  /// What is kept for a row of a band beside its features and targets: its number, its place and its
  /// label, each of them in more than one form on the way, its weight and its hash.
  private static let besideBytes = 64

  /// Integers, one for each row, are classes. Anything else is values.
  var hasClasses: Bool { !targetType.isFloat && targetWidth == 1 && !targetsAreValues }
}
