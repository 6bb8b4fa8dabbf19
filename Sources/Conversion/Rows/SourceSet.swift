import Datasets
import Settings

/// The sources of all splits, opened together.
protocol SourceSet: AnyObject {
  var splits: [SplitName: [any RowSource]] { get }
  /// Bad rows that are left out.
  var skipped: SkippedRows { get }

  /// How features become a network's input; nil for what suits their type. Known in the end.
  var normalization: Normalization? { get }
  /// Whether rows are not what they were taken for, so that all has to be done again.
  var presumedWrongly: Bool { get }
  /// What was found while rows were read, to be kept with them, and to be taken up again.
  var found: SettingValue { get }
  func restore(_ found: SettingValue) throws(ConversionError)
  /// Numbers of each feature that were not finite, in rows that were left out, by the feature's index
  /// where there are any; nil where they were not counted, or columns are described.
  var nonFinite: [Int: Int]? { get }
  /// Finds in the end, when all rows were read, what could wait for it.
  func conclude() throws(ConversionError)
  /// Where the numbers of columns are no outliers, known when all rows were read; nil where columns
  /// are not looked at.
  var outlierColumns: [OutlierCount.Column]? { get }
  /// What is known of the columns, and was done to them.
  func describe(in audit: inout Audit, outliers: [String: Int])
  /// What the rows of `train` are split by.
  func splitKeys() throws(ConversionError) -> SplitKeys
  /// Finds what has to be known of the rows that are learned from before any is read. Schemas are
  /// known afterwards.
  func fit(plan: SplitPlan?) throws(ConversionError)
}

/// Sources whose rows are arrays, which need no look at the whole.
final class ArraySet: SourceSet {
  let splits: [SplitName: [any RowSource]]
  let normalization: Normalization?
  let skipped: SkippedRows
  let nonFinite: [Int: Int]?
  /// Of images that were not all looked at.
  private let presumption: ImagePresumption?
  private let options: ConversionOptions
  private let progress: ProgressReporter

  /// - Parameters:
  ///   - splits: the sources of each split.
  ///   - skipped: what of them was left out already.
  ///   - findsBadRows: whether more is to be left out, where the options say so.
  ///   - progress: is told how far the passes over the sources are.
  init(
    _ splits: [SplitName: [any RowSource]], _ options: ConversionOptions,
    skipped: SkippedRows = SkippedRows(), findsBadRows: Bool = true,
    normalization: Normalization? = nil, presumption: ImagePresumption? = nil,
    _ progress: ProgressReporter
  ) throws(ConversionError) {
    if let task = options.table.task {
      let sources = splits.sorted { $0.key < $1.key }.flatMap(\.value)
      for source in sources { try Self.check(task, of: source) }
    }
    let search =
      findsBadRows && options.skipsBadRows
      ? try BadRowSearch(of: splits, options, skipped, progress) : nil
    self.splits = search?.goodRows ?? splits
    self.skipped = search?.skipped ?? skipped
    // Nobody counted those of the rows that were left out already.
    let isKnown =
      skipped.count == 0 || !splits.values.joined().contains { $0.schema.featureType.isFloat }
    nonFinite = isKnown ? search?.nonFinite ?? [:] : nil
    self.options = options
    self.progress = progress
    self.normalization = normalization
    self.presumption = presumption
  }

  var presumedWrongly: Bool { presumption?.isWrong ?? false }

  /// Throws where a task is not that of the targets as they are stored.
  private static func check(_ task: Task, of source: any RowSource) throws(ConversionError) {
    let schema = source.schema
    guard schema.hasClasses != (task == .classification) else { return }
    let form = schema.targetShape.isEmpty ? "" : " \(schema.targetShape) a row"
    throw ConversionError(
      option: "--task",
      problem:
        "is \(task), and the targets of \(source.targetPath) are \(schema.targetType)\(form)",
      expected: task == .regression
        ? "floats: integers of arrays are classes"
        : "an integer a row: floats, and several numbers a row, are values",
      remedy: "convert without --task, and give it to lockstep train; or save the targets anew, as "
        + (task == .regression ? "floats" : "integers"))
  }

  func fit(plan: SplitPlan?) {}

  func conclude() {}

  var outlierColumns: [OutlierCount.Column]? { nil }

  /// Rows that were kept under a presumption are gone on with under the same one.
  var found: SettingValue { presumption == nil ? .null : ["isPresumed": true] }

  func restore(_ found: SettingValue) {}

  func describe(in audit: inout Audit, outliers: [String: Int]) {}

  func splitKeys() throws(ConversionError) -> SplitKeys {
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
      var rows = 0
      try source.readTargets { targets throws(ConversionError) in
        let labels = try tally.labels(targets, firstRow: rows, of: source)
        keys.classes += labels
        rows += labels.count
        pass.advance(to: rows)
      }
      pass.end(at: source.rowCount)
    }
    return keys
  }
}
