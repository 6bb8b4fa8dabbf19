import Datasets

/// What is fitted on the rows that are learned from, and on no others: what stands in for missing
/// values, and scaling.
extension TableSet {
  func fit(plan: SplitPlan?) throws(ConversionError) {
    if isKept {
      // Fitted as well.
    } else if let like = options.like {
      fitted = like.normalization
    } else {
      if options.table.scaling != .none { try checkLearned() }
      let fit = TableFit(self, plan: plan)
      try fit.impute()
      fitted = try fit.scale()
    }
    try keep()
    finish()
  }

  /// Lets the sources make rows.
  private func finish() {
    let encoder = encoder
    let schema = schema(encoder)
    for table in sources.values.joined() {
      table.recipe = TableSource.Recipe(
        decoder: decoder(of: table.file), encoder: encoder, schema: schema)
    }
  }

  private func checkLearned() throws(ConversionError) {
    guard tables[0].split == .train else {
      throw ConversionError(
        option: "--scale", problem: "is fitted on train, which has no sources",
        expected: "--train with sources",
        remedy: "or --like FILE.h5 to scale as the data that was learned from")
    }
  }
}

/// Fits a table's preprocessing.
private struct TableFit {
  private let owner: TableSet
  private let plan: SplitPlan?
  private let options: TableOptions

  init(_ owner: TableSet, plan: SplitPlan?) {
    self.owner = owner
    self.plan = plan
    options = owner.options.table
  }

  /// What is known of the values of a column.
  private struct Statistics {
    var moments = Moments()
    var least = Double.infinity
    var greatest = -Double.infinity
    var missing = 0

    mutating func add(_ value: Double) {
      guard !value.isNaN else {
        missing += 1
        return
      }
      moments.add(value)
      least = min(least, value)
      greatest = max(greatest, value)
    }
  }

  /// Columns whose missing values something stands in for that has to be found.
  private var imputedColumns: [Int] {
    guard options.imputation == .mean || options.imputation == .median else { return [] }
    return owner.preprocessing.columns.indices.filter {
      if case .category = owner.preprocessing.columns[$0].kind { return false }
      return owner.preprocessing.columns[$0].imputed != nil
    }
  }

  private var numberColumns: [Int] {
    owner.preprocessing.columns.indices.filter { owner.preprocessing.columns[$0].kind == .number }
  }

  /// Finds what stands in for missing values.
  func impute() throws(ConversionError) {
    let columns = imputedColumns
    guard !columns.isEmpty else { return }
    let statistics = try statistics(columns)
    for (column, found) in zip(columns, statistics) where found.moments.count == 0 {
      throw ConversionError(
        subject: owner.tables[0].file.path,
        problem: "column \"\(owner.preprocessing.columns[column].name)\" has no values in the rows "
          + "that are learned from",
        expected: "values, for --impute to find what stands in for missing ones",
        remedy: "leave it out with --drop, or say --impute with a number")
    }
    let values: [Double] =
      options.imputation == .mean
      ? statistics.map(\.moments.mean)
      : try quantiles([0.5], columns, counts: statistics.map(\.moments.count)).map { $0[0] }
    for (column, value) in zip(columns, values) {
      owner.preprocessing.columns[column].imputed = value
    }
  }

  /// Finds how columns of numbers are scaled.
  func scale() throws(ConversionError) -> Normalization {
    let columns = numberColumns
    guard options.scaling != .none, !columns.isEmpty else { return .none }
    let scalings = try scalings(columns)
    var (scale, shift): ([Float], [Float]) = ([], [])
    for (index, column) in owner.preprocessing.columns.enumerated() {
      let place = columns.firstIndex(of: index)
      for feature in column.featureNames.indices {
        let (center, width) = feature == 0 ? place.map { scalings[$0] } ?? (0, 1) : (0, 1)
        // A constant becomes 0.
        let factor = width > 0 ? 1 / width : 1
        scale.append(Float(factor))
        shift.append(Float(-center * factor))
      }
    }
    return .perFeature(scale: scale, shift: shift)
  }

  /// What becomes 0, and what 1 above it, of each column.
  private func scalings(
    _ columns: [Int]
  ) throws(ConversionError) -> [(center: Double, width: Double)] {
    let imputed = columns.map { owner.preprocessing.columns[$0].imputed ?? 0 }
    let statistics = try statistics(columns)
    switch options.scaling {
    case .none: return []
    case .standardize:
      return zip(statistics, imputed).map { found, imputed in
        var moments = found.moments
        moments.add(imputed, times: found.missing)
        // What is left of a constant is rounding.
        let isConstant =
          found.least == found.greatest && (found.missing == 0 || imputed == found.least)
        return (moments.mean, isConstant ? 0 : moments.variance.squareRoot())
      }
    case .minmax:
      return zip(statistics, imputed).map { found, imputed in
        let least = found.missing > 0 ? min(found.least, imputed) : found.least
        let greatest = found.missing > 0 ? max(found.greatest, imputed) : found.greatest
        return (least, greatest - least)
      }
    case .robust:
      let counts = statistics.map { $0.moments.count + $0.missing }
      return try quantiles([0.25, 0.5, 0.75], columns, counts: counts, imputed: imputed)
        .map { ($0[1], $0[2] - $0[0]) }
    }
  }

  /// Whether all rows that can be read are learned from, so that what was seen when they were first
  /// read is what is asked for.
  private var learnsFromAll: Bool {
    owner.scan.problems == 0 && owner.skipped.count == 0 && (plan?.rows.count ?? 1) == 1
  }

  private func statistics(_ columns: [Int]) throws(ConversionError) -> [Statistics] {
    let described = columns.map { owner.preprocessing.columns[$0] }
    if learnsFromAll, described.allSatisfy({ $0.kind == .number }) {
      return described.map {
        let scan = owner.scan.learned[$0.name]!
        return Statistics(
          moments: scan.numbers, least: scan.least, greatest: scan.greatest, missing: scan.missing)
      }
    }
    var statistics = columns.map { _ in Statistics() }
    try forEachLearned(columns, reportingTo: owner.learnedPass(.fitting)) { index, value in
      statistics[index].add(value)
    }
    return statistics
  }

  /// Quantiles of columns, between two values where they fall there.
  ///
  /// - Parameters:
  ///   - counts: values of each column.
  ///   - imputed: what counts in place of missing values, which otherwise do not.
  private func quantiles(
    _ parts: [Double], _ columns: [Int], counts: [Int], imputed: [Double]? = nil
  ) throws(ConversionError) -> [[Double]] {
    var search = OrderSearch()
    for (index, count) in counts.enumerated() {
      for part in parts {
        let place = part * Double(count - 1)
        search.add(column: index, rank: Int(place))
        search.add(column: index, rank: min(count - 1, Int(place) + 1))
      }
    }
    let pass = owner.learnedPass(.fitting, times: search.passesLeft)
    while search.isUnfinished {
      try forEachLearned(columns, reportingTo: pass) { index, value in
        guard value.isNaN else { return search.see(value, column: index) }
        if let imputed { search.see(imputed[index], column: index) }
      }
      search.narrow()
    }
    return counts.enumerated().map { index, count in
      parts.enumerated().map { part, share in
        let place = share * Double(count - 1)
        let (low, high) = (
          search.result(2 * (index * parts.count + part)),
          search.result(2 * (index * parts.count + part) + 1)
        )
        return low + (high - low) * (place - place.rounded(.down))
      }
    }
  }

  /// Calls `body` with each value of the columns in the rows that are learned from, and the column's
  /// place in `columns`.
  private func forEachLearned(
    _ columns: [Int], reportingTo pass: PassProgress, _ body: (Int, Double) -> Void
  ) throws(ConversionError) {
    let width = owner.rowWidth
    try owner.forEachLearnedBlock(reportingTo: pass) { first, rows, numbers in
      for row in 0..<rows where plan.map({ $0.split(ofRow: first + row) == .train }) ?? true {
        for (index, column) in columns.enumerated() { body(index, numbers[row * width + column]) }
      }
    }
  }
}
