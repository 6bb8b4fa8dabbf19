import Datasets
import HDF5

/// The sources of a conversion, opened and found to be of one kind.
struct Sources {
  let set: any SourceSet
  let splits: [SplitName: [any RowSource]]
  /// Of all rows.
  let schema: SourceSchema
  /// How rows of `train` are drawn for other splits, and shuffled; nil without such rows.
  let plan: SplitPlan?
  /// The smallest types that hold features and targets exactly: what is stored.
  let featureType: ElementType
  let targetType: ElementType
  /// How far an interrupted conversion kept the rows; nil where there was none.
  let mark: ReadingMark?

  /// - Parameters:
  ///   - sources: of each split.
  ///   - presumes: whether large tables may be taken for what they start like, and many images for what
  ///     some are.
  ///   - work: where what was found out is kept.
  ///   - progress: is told how far the passes over the sources are.
  init(
    _ sources: [SplitName: [SourceFile]], _ options: ConversionOptions, presumes: Bool,
    keepingIn work: WorkingFolder?, _ progress: ProgressReporter
  ) throws(ConversionError) {
    let files = sources.sorted { $0.key < $1.key }.flatMap(\.value)
    let format =
      if let format = options.format { format } else { try SourceFormat.recognize(files) }
    mark = work.flatMap { ReadingMark($0.value(of: .mark)) }
    // Rows that were kept without what was found of a presumption were read without one.
    set = try format.open(
      sources, options, presumes: presumes && mark?.found != .null, keepingIn: work, progress)
    splits = set.splits
    if let train = splits[.train] {
      let keys = options.hasSplitKeys ? try set.splitKeys() : SplitKeys()
      plan = try SplitPlan(rows: train.reduce(0) { $0 + $1.rowCount }, keys, options)
    } else {
      plan = nil
    }
    try set.fit(plan: plan)
    let all = splits.sorted { $0.key < $1.key }.flatMap(\.value)
    schema = all[0].schema
    for source in all.dropFirst() { try source.checkLike(all[0]) }
    if let mark {
      (featureType, targetType) = (mark.featureType, mark.targetType)
    } else {
      (featureType, targetType) = try SmallestType.of(all, progress)
    }
  }

  /// What is to be known of each source, each with its name.
  var notes: [String] {
    splits.sorted { $0.key < $1.key }.flatMap(\.value).flatMap { source in
      source.notes.map { "\(source.path): \($0)" }
    }
  }

  /// Whether the rows of each split stay in the order in which they come.
  var keepOrder: Bool { plan?.places == nil }

  /// Whether all rows lie in files as they are.
  var areStored: Bool { splits.values.joined().allSatisfy(\.isStored) }

  /// How far the rows were kept: where reading begins.
  var begun: ReadingMark { mark ?? blankMark }

  /// That no row was.
  var blankMark: ReadingMark { ReadingMark(featureType: featureType, targetType: targetType) }

  /// What the output is made of.
  var outputSchema: DatasetSchema {
    var rows = plan?.rows ?? [:]
    for (split, sources) in splits where split != .train {
      rows[split] = sources.reduce(0) { $0 + $1.rowCount }
    }
    return DatasetSchema(
      featureShape: schema.featureShape, featureType: featureType,
      targetShape: schema.targetShape, targetType: targetType,
      hasWeights: splits.values.joined().contains { $0.schema.hasWeights },
      rows: rows)
  }

  /// The names that the options give the classes, or else the sources.
  func classNames(_ options: ConversionOptions) throws(ConversionError) -> [String]? {
    guard let names = options.classNames else { return schema.classNames }
    guard schema.hasClasses else {
      throw ConversionError(
        subject: "class names", problem: "are given for targets that are no classes")
    }
    return names
  }

  /// What the output says about its rows.
  func information(
    classCount: Int?, classNames: [String]?, audit: Audit
  ) -> DatasetInformation {
    DatasetInformation(
      classCount: classCount, classNames: classNames, featureNames: schema.featureNames,
      normalization: set.normalization
        ?? .fitting(type: schema.featureType, rowShape: schema.featureShape),
      source: splits.sorted { $0.key < $1.key }.map { split, sources in
        let names = sources.flatMap(\.files).map { $0.split(separator: "/").last ?? "" }
        return "\(split): \(names.joined(separator: ", "))"
      }.joined(separator: "; "), preprocessing: schema.preprocessing?.settings,
      audit: audit.settings)
  }
}

extension RowSource {
  /// Throws unless the rows of both sources are of one kind.
  fileprivate func checkLike(_ other: any RowSource) throws(ConversionError) {
    let (mine, wanted) = (schema, other.schema)
    guard mine.featureType == wanted.featureType, mine.featureShape == wanted.featureShape else {
      throw ConversionError(
        subject: path, problem: "has rows of \(mine.featureType) \(mine.featureShape)",
        expected: "\(wanted.featureType) \(wanted.featureShape), as \(other.path) has")
    }
    guard mine.targetType == wanted.targetType, mine.targetShape == wanted.targetShape else {
      throw ConversionError(
        subject: targetPath, problem: "has targets of \(mine.targetType) \(mine.targetShape)",
        expected: "\(wanted.targetType) \(wanted.targetShape), as \(other.targetPath) has")
    }
    guard mine.classNames == wanted.classNames else {
      throw ConversionError(
        subject: path, problem: "has other class names than \(other.path)",
        expected: "the same ones in the same order")
    }
  }
}
