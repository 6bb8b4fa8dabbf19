import Datasets
import Glibc
import HDF5
import Settings

/// The text tables of all splits, read as one: columns are what they are in all of them.
final class TableSet: SourceSet {
  let options: ConversionOptions
  let roles: TableRoles
  private(set) var tables: [Table]
  private(set) var scan: TableScan
  let missing: MissingWords
  /// Without what is fitted, until it is.
  var preprocessing: Preprocessing
  var fitted = Normalization.none
  var normalization: Normalization? { fitted }
  /// What is taken for granted of columns that were not looked at as a whole.
  private(set) var presumption: Presumption?
  private(set) var sources: [SplitName: [TableSource]] = [:]
  var splits: [SplitName: [any RowSource]] { sources }
  /// Rows that are left out: how many, and the first few with their reasons.
  private(set) var skipped = 0
  private(set) var examples: [ConversionError] = []
  /// Where all this is kept once it is known; nil where it need not be.
  private let work: WorkingFolder?
  /// Whether it was kept before.
  let isKept: Bool

  /// A table, the split that it is for, and its rows.
  struct Table {
    var split: SplitName
    var file: TableFile
    /// Good ones, and all.
    var rows = 0
    var records = 0
    /// Of text.
    var bytes = 0
  }

  /// So many rows that are left out are told with their reasons.
  private static let mostExamples = 5

  init(
    _ files: [SplitName: [SourceFile]], _ options: ConversionOptions, isJSON: Bool,
    presumes: Bool, keepingIn work: WorkingFolder? = nil
  ) throws(ConversionError) {
    self.work = work
    var options = options
    let like = options.like?.preprocessing
    if let like { options.table.follow(like) }
    missing = MissingWords(options.table.missing)
    var tables: [Table] = []
    for (split, files) in files.sorted(by: { $0.key < $1.key }) {
      for file in files {
        var file = try TableFile(file, options: options.table, isJSON: isJSON)
        file.reader.bufferBytes = options.tablePieceBytes
        tables.append(Table(split: split, file: file))
      }
    }
    self.options = options
    let first = tables[0].file
    for table in tables.dropFirst() { try Self.check(table.file, like: first) }
    let kept = KeptTable(work?.value(of: .table), tables: tables.map(\.file))
    isKept = kept != nil
    if let kept {
      roles =
        if let like { try TableRoles(first, like, needsTargets: options.readsTargets) } else {
          try TableRoles(first, options)
        }
      (scan, preprocessing, fitted) = (kept.scan, kept.preprocessing, kept.fitted)
      (skipped, examples) = (kept.skipped, kept.examples)
    } else if let like {
      roles = try TableRoles(first, like, needsTargets: options.readsTargets)
      preprocessing = like
      scan = try Self.scan(tables, roles, like: like, missing, options)
    } else {
      roles = try TableRoles(first, options)
      if presumes, let found = try Self.presume(tables, roles, missing, options) {
        (scan, preprocessing) = found
        presumption = Presumption(roles, scan)
      } else {
        (scan, preprocessing) = try Self.infer(tables, roles, missing, options)
      }
    }
    for (index, size) in scan.sizes.enumerated() {
      (tables[index].records, tables[index].rows) = (size.records, size.records)
      tables[index].bytes = size.bytes
    }
    self.tables = tables
    if let kept {
      for (index, rows) in kept.rows.enumerated() { self.tables[index].rows = rows }
    } else if presumption == nil, mayHaveBadRows {
      try countGoodRows()
    }
    for table in self.tables where table.rows == 0 {
      throw ConversionError(
        subject: table.file.path,
        problem: table.records == 0 ? "has no rows" : "has no good row among \(table.records)",
        expected: "at least one")
    }
    for table in self.tables {
      let source = TableSource(table, skipsBadRows: options.table.skipsBadRows)
      source.presumption = presumption
      sources[table.split, default: []].append(source)
    }
  }

  /// The split whose rows are learned from.
  private static func learned(_ tables: [Table]) -> SplitName { tables[0].split }

  private static func check(_ file: TableFile, like other: TableFile) throws(ConversionError) {
    let (found, wanted) = (Set(file.names), Set(other.names))
    guard found != wanted else { return }
    let more = found.subtracting(wanted).sorted().first
    let less = wanted.subtracting(found).sorted().first
    throw ConversionError(
      subject: file.path,
      problem: less.map { "has no column \"\($0)\"" } ?? "has a column \"\(more ?? "")\" more",
      expected: "the columns of \(other.path)")
  }

  private static func wishes(
    _ roles: TableRoles, _ options: ConversionOptions
  ) -> [String: ColumnScan.Wishes] {
    var wishes: [String: ColumnScan.Wishes] = [:]
    for name in roles.scanned {
      var wish = ColumnScan.Wishes(isCategorical: options.table.categorical.contains(name))
      if roles.targets == [name] { wish.numbers = ColumnInference.mostNumberedClasses + 1 }
      wishes[name] = wish
    }
    return wishes
  }

  /// Takes a large table that starts with nothing but numbers for one that is so throughout, which
  /// spares reading it twice. Rows are only counted; what was taken for granted is checked as they
  /// are written.
  private static func presume(
    _ tables: [Table], _ roles: TableRoles, _ missing: MissingWords, _ options: ConversionOptions
  ) throws(ConversionError) -> (TableScan, Preprocessing)? {
    let isDrawn = options.validationFraction + options.testFraction > 0
    let fitsOnTheWay =
      options.table.scaling == .none || (options.table.scaling != .robust && !isDrawn)
    guard fitsOnTheWay, !options.hasSplitKeys, !options.table.skipsBadRows,
      roles.targets.count == 1, options.table.categorical.isEmpty,
      let bytes = byteCount(of: tables), bytes >= options.leastPresumedBytes
    else { return nil }
    let wishes = wishes(roles, options)
    let start = try TableScan(startOf: tables[0].file, wishes, missing: missing)
    let columns = roles.scanned.map { start.all[$0]! }
    guard
      columns.allSatisfy({
        $0.numbers.count > 0 && $0.wordCount == 0 && $0.missing == 0 && $0.nonFinite == 0
      }), roles.features.contains(where: { !start.all[$0]!.fitsFloat })
    else { return nil }
    let kinds = Dictionary(
      uniqueKeysWithValues: roles.features.map { ($0, ColumnInference.Kind.number) })
    let made = try preprocessing(start, kinds, tables, roles, options)
    if case .listedClasses = made.target.kind { return nil }
    var sizes: [TableReader.Size] = []
    for table in tables { sizes.append(try table.file.reader.measure()) }
    return (TableScan(all: start.all, learned: start.all, sizes: sizes), made)
  }

  /// Bytes of all files; nil where one is no plain file.
  private static func byteCount(of tables: [Table]) -> Int? {
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

  /// Keeps what is known of tables that are so large that finding it out again takes a while.
  func keep() throws(ConversionError) {
    guard let work, !isKept, presumption == nil,
      scan.sizes.reduce(0, { $0 + $1.bytes }) >= options.mostRowBytesInMemory
    else { return }
    let kept = KeptTable(
      scan: scan, preprocessing: preprocessing, fitted: fitted, rows: tables.map(\.rows),
      skipped: skipped, examples: examples)
    try work.keep(kept.settings, as: .table)
  }

  var outlierColumns: [OutlierCount.Column]? {
    let scan = presumption?.scan(sizes: scan.sizes) ?? scan
    var columns: [OutlierCount.Column] = []
    var feature = 0
    for column in preprocessing.columns {
      if column.kind == .number,
        let found = OutlierCount.Column(
          name: column.name, feature: feature, scan.all[column.name]!)
      {
        columns.append(found)
      }
      feature += column.featureNames.count
    }
    return columns
  }

  var found: SettingValue { presumption?.settings ?? .null }

  func restore(_ found: SettingValue) throws(ConversionError) { try presumption?.restore(found) }

  var presumedWrongly: Bool { presumption?.isWrong ?? false }

  /// Checks, once all rows were written, what was taken for granted.
  func conclude() throws(ConversionError) {
    guard let presumption else { return }
    let presumed = (preprocessing, encoder.type, encoder.targetType)
    scan = presumption.scan(sizes: scan.sizes)
    let kinds = Dictionary(
      uniqueKeysWithValues: roles.features.map { ($0, ColumnInference.Kind.number) })
    preprocessing = try Self.preprocessing(scan, kinds, tables, roles, options)
    if presumed != (preprocessing, encoder.type, encoder.targetType) {
      presumption.isWrong = true
      throw ConversionError(
        subject: tables[0].file.path, problem: "is not throughout as it starts")
    }
    try fit(plan: nil)
  }

  /// Looks at the columns until all are known, which is at most twice.
  private static func infer(
    _ tables: [Table], _ roles: TableRoles, _ missing: MissingWords, _ options: ConversionOptions
  ) throws(ConversionError) -> (TableScan, Preprocessing) {
    var wishes = wishes(roles, options)
    let path = tables[0].file.path
    while true {
      let scan = try scan(tables, wishes, missing, options)
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
      if undecided.isEmpty {
        return (scan, try preprocessing(scan, kinds, tables, roles, options))
      }
      for name in undecided { wishes[name]!.isCategorical = true }
    }
  }

  private static func scan(
    _ tables: [Table], _ wishes: [String: ColumnScan.Wishes], _ missing: MissingWords,
    _ options: ConversionOptions
  ) throws(ConversionError) -> TableScan {
    try TableScan(
      tables.map { (file: $0.file, isLearned: $0.split == learned(tables)) }, wishes,
      missing: missing, skipsBadRows: options.table.skipsBadRows)
  }

  /// Looks at columns that are known.
  private static func scan(
    _ tables: [Table], _ roles: TableRoles, like: Preprocessing, _ missing: MissingWords,
    _ options: ConversionOptions
  ) throws(ConversionError) -> TableScan {
    var wishes: [String: ColumnScan.Wishes] = [:]
    for column in like.columns {
      if case .category = column.kind {
        wishes[column.name] = ColumnScan.Wishes(isCategorical: true)
      } else {
        wishes[column.name] = ColumnScan.Wishes()
      }
    }
    for name in roles.targets { wishes[name] = ColumnScan.Wishes() }
    return try scan(tables, wishes, missing, options)
  }

  private static func preprocessing(
    _ scan: TableScan, _ kinds: [String: ColumnInference.Kind], _ tables: [Table],
    _ roles: TableRoles, _ options: ConversionOptions
  ) throws(ConversionError) -> Preprocessing {
    let table = options.table
    let file = tables[0].file
    let columns = roles.features.map { name in
      let column = scan.all[name]!
      var made = Preprocessing.Column(name: name, kind: .number)
      switch kinds[name]! {
      case .boolean: made.kind = .boolean
      case .category:
        var words = column.words.keys.sorted()
        made.isIndexed = table.encoding == .index
        if column.missing > 0, table.imputation != .refuse {
          // No number can stand in for a word: what is missing is a category of its own.
          made.imputed = Double(words.count)
          words.append("(missing)")
        }
        made.kind = .category(words)
      default: break
      }
      if case .category = made.kind {
      } else {
        made.marksMissing = table.marksMissing && column.missing > 0
        if column.missing > 0 {
          // The mean and the median are fitted later.
          switch table.imputation {
          case .refuse: break
          case .constant(let value): made.imputed = value
          case .mean, .median: made.imputed = 0
          }
        }
      }
      return made
    }
    return Preprocessing(
      columns: columns,
      target: try ColumnInference.target(
        roles.targets, all: scan.all, learned: scan.learned, path: file.path, task: table.task),
      missing: table.missing, decimalPoint: table.decimalPoint, hasHeader: file.hasHeader,
      tableColumns: file.names.count)
  }

  /// Whether rows may be bad that can be read: whether something stands in a column that does not
  /// belong there, or misses.
  private var mayHaveBadRows: Bool {
    if scan.problems > 0 || options.like != nil || roles.time != nil { return true }
    for column in preprocessing.columns {
      let found = scan.all[column.name]!
      if found.nonFinite > 0 || (found.missing > 0 && column.imputed == nil) { return true }
      if column.kind == .number, found.wordCount > 0 { return true }
    }
    return roles.targets.contains { name in
      let found = scan.all[name]!
      if found.nonFinite > 0 || found.missing > 0 { return true }
      let hasOthers = tables.contains { $0.split != Self.learned(tables) }
      return switch preprocessing.target.kind {
      case .classes, .listedClasses: hasOthers
      case .numberedClasses(let count):
        found.wordCount > 0 || !found.isInteger || found.least < 0
          || found.greatest >= Double(count)
      case .values: found.wordCount > 0
      }
    }
  }

  /// Reads all rows to count the good ones.
  /// - Throws: `ConversionError` for the first bad one, unless they are skipped.
  private func countGoodRows() throws(ConversionError) {
    for index in tables.indices {
      let file = tables[index].file
      let decoder = decoder(of: file)
      let width = rowWidth
      tables[index].rows = 0
      try file.reader.forEachBlock { cursor in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { row in
          while cursor.startRecord() {
            decoder.decode(&cursor, into: row.baseAddress!)
            _ = cursor.finishRecord()
          }
        }
      } accept: { _, place throws(ConversionError) in
        tables[index].rows += place.records - place.problems.count
        for problem in place.problems {
          if options.table.skipsBadRows, examples.count == Self.mostExamples { break }
          let error = file.reader.error(problem, names: file.names)
          guard options.table.skipsBadRows else { throw error }
          examples.append(error)
        }
        skipped += place.problems.count
      }
    }
  }
}
