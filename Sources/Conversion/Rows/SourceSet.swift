import Datasets
import Settings

/// The sources of all splits, opened together.
protocol SourceSet: AnyObject {
  var splits: [SplitName: [any RowSource]] { get }
  /// Bad rows that are left out, and the first few with their reasons.
  var skipped: Int { get }
  var examples: [ConversionError] { get }

  /// How features become a network's input; nil for what suits their type. Known in the end.
  var normalization: Normalization? { get }
  /// Whether rows are not what they were taken for, so that all has to be done again.
  var presumedWrongly: Bool { get }
  /// What was found while rows were read, to be kept with them, and to be taken up again.
  var found: SettingValue { get }
  func restore(_ found: SettingValue) throws(ConversionError)
  /// Finds in the end, when all rows were read, what could wait for it.
  func conclude() throws(ConversionError)
  /// Where the numbers of columns are no outliers, known when all rows were read; nil where columns
  /// are not looked at.
  var outlierColumns: [OutlierCount.Column]? { get }
  /// What is known of the columns, and was done to them.
  func describe(in audit: inout Audit, outliers: [String: Int])
  /// What the rows of `train` are split by.
  func splitKeys(_ progress: ProgressReporter) throws(ConversionError) -> SplitKeys
  /// Finds what has to be known of the rows that are learned from before any is read. Schemas are
  /// known afterwards.
  func fit(plan: SplitPlan?) throws(ConversionError)
}

/// Sources whose rows are arrays, which need no look at the whole.
final class ArraySet: SourceSet {
  let splits: [SplitName: [any RowSource]]
  let normalization: Normalization?
  let presumedWrongly = false
  let skipped: Int
  let examples: [ConversionError]
  private let options: ConversionOptions

  /// - Parameters:
  ///   - splits: the sources of each split; their bad rows are left out where the options say so.
  ///   - skipped: what of the sources was left out already.
  ///   - progress: is told how far the search for bad rows is.
  init(
    _ splits: [SplitName: [any RowSource]], _ options: ConversionOptions,
    skipped: SkippedRows = SkippedRows(), normalization: Normalization? = nil,
    _ progress: ProgressReporter
  ) throws(ConversionError) {
    var skipped = skipped
    self.splits =
      options.table.skipsBadRows
      ? try BadRowSearch.goodRows(of: splits, options, leavingOut: &skipped, progress) : splits
    self.options = options
    self.skipped = skipped.count
    examples = skipped.examples
    self.normalization = normalization
  }

  func fit(plan: SplitPlan?) {}

  func conclude() {}

  var outlierColumns: [OutlierCount.Column]? { nil }

  var found: SettingValue { .null }

  func restore(_ found: SettingValue) {}

  func describe(in audit: inout Audit, outliers: [String: Int]) {}

  func splitKeys(_ progress: ProgressReporter) throws(ConversionError) -> SplitKeys {
    for (name, value) in [("--group-by", options.groupBy), ("--time-order", options.timeOrder)]
    where value != nil {
      throw ConversionError(
        option: name,
        problem: "names a column, and \(splits.values.first?[0].path ?? "") has none",
        expected: "a table")
    }
    var keys = SplitKeys()
    guard options.stratifies, let sources = splits[.train] else { return keys }
    let pass = PassProgress(.splitting, over: sources, to: progress)
    for source in sources {
      guard source.schema.hasClasses else {
        throw ConversionError(
          option: "--stratify",
          problem: "is given, and the targets of \(source.path) are no classes",
          expected: "classes")
      }
      let tally = ClassTally(type: source.schema.targetType, count: nil)
      pass.begin(source.path)
      try source.read(bandRows: max(1, (4 << 20) / source.schema.featureBytes)) {
        band throws(ConversionError) in
        keys.classes += try tally.labels(band.targets, firstRow: band.firstRow, of: source)
        pass.advance(to: band.firstRow + band.rows)
      }
      pass.end(at: source.rowCount)
    }
    return keys
  }
}
