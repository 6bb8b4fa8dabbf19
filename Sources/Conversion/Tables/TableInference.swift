import Datasets
import Glibc

/// Finds out what the columns of text tables hold, and what is to be made of them.
struct TableInference {
  let tables: [TableSet.Table]
  let roles: TableRoles
  let missing: MissingWords
  let options: ConversionOptions

  typealias Found = (scan: TableScan, preprocessing: Preprocessing)

  /// The split whose rows are learned from.
  var learnedSplit: SplitName { tables[0].split }

  /// Looks at the columns until all are known, which is at most twice.
  func infer() throws(ConversionError) -> Found {
    var wishes = wishes
    let path = tables[0].file.path
    while true {
      let scan = try scan(wishes)
      var kinds: [String: ColumnInference.Kind] = [:]
      for name in roles.features {
        kinds[name] = try ColumnInference.kind(
          of: scan.all[name]!, name: name, path: path, options.table)
      }
      for name in roles.targets {
        let column = scan.all[name]!
        let isMixed = column.numbers.count > 0 && column.numbers.count < 9 * column.wordCount
        if isMixed, !options.table.numeric.contains(name) { kinds[name] = .undecided }
      }
      let undecided = kinds.filter { $0.value == .undecided }.keys
      if undecided.isEmpty { return (scan, try preprocessing(scan, kinds)) }
      for name in undecided { wishes[name]!.isCategorical = true }
    }
  }

  /// Takes a large table that starts with nothing but numbers for one that is so throughout, which
  /// spares reading it twice. Rows are only counted; what was taken for granted is checked as they
  /// are written.
  ///
  /// - Returns: nil where it has to be looked at as a whole.
  func presume() throws(ConversionError) -> Found? {
    let isDrawn = options.validationFraction + options.testFraction > 0
    let fitsOnTheWay =
      options.table.scaling == .none || (options.table.scaling != .robust && !isDrawn)
    guard fitsOnTheWay, !options.hasSplitKeys, !options.skipsBadRows,
      roles.targets.count == 1, options.table.categorical.isEmpty,
      let byteCount, byteCount >= options.leastPresumedBytes
    else { return nil }
    let start = try TableScan(startOf: tables[0].file, wishes, missing: missing)
    let columns = roles.scanned.map { start.all[$0]! }
    guard
      columns.allSatisfy({
        $0.numbers.count > 0 && $0.wordCount == 0 && $0.missing == 0 && $0.nonFinite == 0
      }), roles.features.contains(where: { !start.all[$0]!.fitsFloat })
    else { return nil }
    let made = try preprocessing(start)
    if case .listedClasses = made.target.kind { return nil }
    var sizes: [TableReader.Size] = []
    let pass = PassProgress(.counting, over: tables.map(\.file.reader.source))
    for table in tables { sizes.append(try table.file.reader.measure(reportingTo: pass)) }
    return (TableScan(all: start.all, learned: start.all, sizes: sizes), made)
  }

  /// Bytes of all files; nil where one is no plain file.
  private var byteCount: Int? {
    var count = 0
    for table in tables {
      var status = stat()
      guard stat(table.file.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        return nil
      }
      count += Int(status.st_size)
    }
    return count
  }

  private var wishes: [String: ColumnScan.Wishes] {
    var wishes: [String: ColumnScan.Wishes] = [:]
    for name in roles.scanned {
      var wish = ColumnScan.Wishes(isCategorical: options.table.categorical.contains(name))
      if roles.targets == [name] { wish.numbers = ColumnInference.mostNumberedClasses + 1 }
      wishes[name] = wish
    }
    return wishes
  }

  /// Looks at columns that are known.
  func scan(like: Preprocessing) throws(ConversionError) -> TableScan {
    var wishes: [String: ColumnScan.Wishes] = [:]
    for column in like.columns {
      if case .category = column.kind {
        wishes[column.name] = ColumnScan.Wishes(isCategorical: true)
      } else {
        wishes[column.name] = ColumnScan.Wishes()
      }
    }
    for name in roles.targets { wishes[name] = ColumnScan.Wishes() }
    return try scan(wishes)
  }

  private func scan(_ wishes: [String: ColumnScan.Wishes]) throws(ConversionError) -> TableScan {
    try TableScan(
      tables.map { (file: $0.file, isLearned: $0.split == learnedSplit) }, wishes,
      missing: missing, skipsBadRows: options.skipsBadRows)
  }

  /// What is to be made of the columns, without what is fitted.
  /// - Parameter kinds: of features that are not numbers.
  func preprocessing(
    _ scan: TableScan, _ kinds: [String: ColumnInference.Kind] = [:]
  ) throws(ConversionError) -> Preprocessing {
    let table = options.table
    let file = tables[0].file
    return Preprocessing(
      columns: roles.features.map { column($0, kinds[$0] ?? .number, scan.all[$0]!) },
      target: try ColumnInference.target(
        roles.targets, all: scan.all, learned: scan.learned, path: file.path, task: table.task),
      missing: table.missing, decimalPoint: table.decimalPoint, hasHeader: file.hasHeader,
      tableColumns: file.names.count)
  }

  private func column(
    _ name: String, _ kind: ColumnInference.Kind, _ found: ColumnScan
  ) -> Preprocessing.Column {
    let table = options.table
    var column = Preprocessing.Column(name: name, kind: .number)
    if kind == .category {
      var words = found.words.keys.sorted()
      column.isIndexed = table.encoding == .index
      if found.missing > 0, table.imputation != .refuse {
        // No number can stand in for a word: what is missing is a category of its own.
        column.imputed = Double(words.count)
        words.append("(missing)")
      }
      column.kind = .category(words)
      return column
    }
    if kind == .boolean { column.kind = .boolean }
    guard found.missing > 0 else { return column }
    column.marksMissing = table.marksMissing
    // The mean and the median are fitted later.
    switch table.imputation {
    case .refuse: break
    case .constant(let value): column.imputed = value
    case .mean, .median: column.imputed = 0
    }
    return column
  }
}
