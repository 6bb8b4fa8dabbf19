import Datasets

extension Audit {
  /// One value in so large a part of the rows says next to nothing.
  private static let nearlyAll = 0.99
  /// A number so many deviations from the mean is an outlier.
  private static let farDeviations = 20.0
  /// A class so much rarer than the commonest one is hard to learn.
  private static let rareClass = 100

  /// Puts together what was found once all rows were written.
  /// - Throws: `ConversionError` with all findings, where they are to be an error.
  init(
    _ sources: Sources, _ output: RowOutput, _ options: ConversionOptions
  ) throws(ConversionError) {
    let outliers = output.outliers?.result ?? [:]
    sources.set.describe(in: &self, outliers: outliers)
    describe(output.features, sources, outliers)
    describeRows(sources, options)
    if let found = try output.duplicates?.finish() {
      duplicates = found.duplicates
      leaked = found.leaked
      duplicateExamples = found.examples.sorted { ($0.split, $0.row) < ($1.split, $1.row) }
    }
    constantFeatures = sources.outputSchema.rows[.train] ?? 0 > 1 ? output.variation.constant : []
    findSkipped(sources.set.skipped.count)
    findDuplicates(sources.outputSchema.rows)
    findConstant(sources.schema)
    findClasses(output.classes?.result ?? [:], options.classNames ?? sources.schema.classNames)
    guard options.isStrict, !findings.isEmpty else { return }
    throw ConversionError(
      subject: "the audit", problem: "found: " + findings.map(\.text).joined(separator: "; "),
      expected: "nothing, as --strict is given", remedy: "nothing was written")
  }

  private mutating func find(_ kind: Finding.Kind, _ text: String) {
    findings.append(Finding(kind: kind, text: text))
  }

  private mutating func findSkipped(_ count: Int) {
    guard count > 0 else { return }
    find(.skippedRows, "\(count) bad \(count == 1 ? "row was" : "rows were") left out")
  }

  private mutating func findDuplicates(_ rows: [SplitName: Int]) {
    for (split, count) in (duplicates ?? [:]).sorted(by: { $0.key < $1.key }) {
      find(
        .duplicates,
        "\(count) of the \(rows[split] ?? 0) rows of \(split) are equal to another one there"
          + examples { $0.split == split && $0.otherSplit == split })
    }
    for (split, count) in leaked.sorted(by: { $0.key < $1.key }) {
      find(
        .leakage,
        "\(count) of the \(rows[split] ?? 0) rows of \(split) are also in "
          + (split == .test ? "train or validation" : "train")
          + examples { $0.split == split && $0.otherSplit != split })
    }
  }

  /// A few rows, by their numbers in the dataset `row`.
  private func examples(_ isWanted: (Duplicate) -> Bool) -> String {
    let words = duplicateExamples.filter(isWanted).map { example in
      "\(example.row) is \(example.otherRow)"
        + (example.otherSplit == example.split ? "" : " of \(example.otherSplit)")
    }
    return words.isEmpty ? "" : " (row \(words.joined(separator: ", ")), from 0)"
  }

  /// Tells what arrays are like.
  private mutating func describe(
    _ features: FeatureScan?, _ sources: Sources, _ outliers: [String: Int]
  ) {
    guard let features else { return }
    let schema = sources.schema
    let nonFinite = sources.set.nonFinite
    for (index, scan) in features.columns.enumerated() {
      if features.isByColumn {
        let name = schema.name(ofFeature: index)
        add(
          column: name, type: "\(sources.featureType)", scan,
          nonFinite: nonFinite.map { $0[index] ?? 0 }, outliers: outliers[name])
      } else {
        let shape = schema.featureShape.map(String.init).joined(separator: "×")
        add(
          column: "features", type: "\(shape) \(sources.featureType)", scan,
          nonFinite: nonFinite.map { $0.values.reduce(0, +) }, outliers: nil)
      }
    }
  }

  /// Tells what was done to all rows.
  private mutating func describeRows(_ sources: Sources, _ options: ConversionOptions) {
    let schema = sources.schema
    for (what, from, to) in [
      ("features", schema.featureType, sources.featureType),
      ("targets", schema.targetType, sources.targetType),
    ] where from != to {
      changes.append("\(what): \(from) became \(to), which holds every value exactly")
    }
    guard let plan = sources.plan else { return }
    for (split, count) in plan.rows.sorted(by: { $0.key < $1.key }) where split != .train {
      changes.append(
        "\(count) of the \(plan.sourceRows) rows of train became \(split)"
          + ", \(options.drawWords)")
    }
    if plan.places != nil {
      changes.append("rows of train were shuffled (seed \(options.seed))")
    }
  }

  private mutating func findConstant(_ schema: SourceSchema) {
    // The borders of images are often constant.
    guard schema.featureShape.count == 1 else { return }
    let few = constantFeatures.prefix(10).map { schema.featureNames?[$0] ?? "\($0)" }
    guard !few.isEmpty else { return }
    let more = constantFeatures.count - few.count
    find(
      .constant,
      "one value in all rows of train: \(few.joined(separator: ", "))"
        + (more > 0 ? " and \(more) more" : ""))
  }

  private mutating func findClasses(_ counts: [SplitName: [Int]], _ names: [String]?) {
    guard let train = counts[.train], let most = train.max(), most > 0 else { return }
    for (label, count) in train.enumerated() where count * Self.rareClass < most {
      let name = names.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? "\(label)"
      find(
        .imbalance,
        "class \(name) has \(count) of the \(train.reduce(0, +)) rows of train")
      if findings.count(where: { $0.kind == .imbalance }) == 10 { return }
    }
  }

  /// Adds a column of numbers or words with what is odd about it.
  mutating func add(
    column name: String, type: String, _ scan: ColumnScan, nonFinite: Int?, outliers: Int?
  ) {
    let hasNumbers = scan.numbers.count > 0
    let deviation = scan.numbers.variance.squareRoot()
    columns.append(
      Column(
        name: name, type: type, missing: scan.missing, nonFinite: nonFinite,
        outliers: outliers, least: hasNumbers ? scan.least : nil,
        greatest: hasNumbers ? scan.greatest : nil, mean: hasNumbers ? scan.numbers.mean : nil,
        deviation: hasNumbers ? deviation : nil))
    // Rare classes are told by split.
    guard type != Column.classType else { return }
    let common = max(scan.commonCount, scan.words.values.max() ?? 0)
    if common < scan.values, Double(common) > Self.nearlyAll * Double(scan.values) {
      find(
        .nearlyConstant,
        "\(name) has one value in at least \(common) of \(scan.values) rows")
      return
    }
    guard hasNumbers, deviation > 0 else { return }
    let far = [scan.least, scan.greatest].max {
      abs($0 - scan.numbers.mean) < abs($1 - scan.numbers.mean)
    }!
    let distance = abs(far - scan.numbers.mean) / deviation
    if distance > Self.farDeviations {
      find(
        .outlier,
        "\(name) has the value \(far.text), \(Int(distance.rounded())) deviations from its mean"
          + (outliers.map { count in
            ", and \(count) \(count == 1 ? "value" : "values") more than "
              + "\(Int(OutlierCount.deviations)) from it"
          } ?? ""))
    }
    if scan.isInteger, max(abs(scan.least), abs(scan.greatest)) > ColumnScan.exact {
      find(.precision, "\(name) has integers beyond 2⁵³, which are rounded")
    } else if abs(scan.numbers.mean) > 1e5 * deviation {
      find(
        .precision,
        "\(name) varies by less than 1/100000 of its mean, of which a float keeps few digits: "
          + "subtract something from it first")
    }
  }
}
