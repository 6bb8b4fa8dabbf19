import Datasets
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
  /// Bad rows that are left out.
  private(set) var skipped = SkippedRows()
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
    roles =
      if let like { try TableRoles(first, like, needsTargets: options.readsTargets) } else {
        try TableRoles(first, options)
      }
    let inference = TableInference(
      tables: tables, roles: roles, missing: missing, options: options)
    if let kept {
      (scan, preprocessing, fitted) = (kept.scan, kept.preprocessing, kept.fitted)
      skipped = kept.skipped
    } else if let like {
      preprocessing = like
      scan = try inference.scan(like: like)
    } else if presumes, let found = try inference.presume() {
      (scan, preprocessing) = found
      presumption = Presumption(roles, scan)
    } else {
      (scan, preprocessing) = try inference.infer()
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
      let source = TableSource(table, skipsBadRows: options.skipsBadRows)
      source.presumption = presumption
      sources[table.split, default: []].append(source)
    }
  }

  private var inference: TableInference {
    TableInference(tables: tables, roles: roles, missing: missing, options: options)
  }

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

  /// Keeps what is known of tables that are so large that finding it out again takes a while.
  func keep() throws(ConversionError) {
    guard let work, !isKept, presumption == nil,
      scan.sizes.reduce(0, { $0 + $1.bytes }) >= options.mostRowBytesInMemory
    else { return }
    let kept = KeptTable(
      scan: scan, preprocessing: preprocessing, fitted: fitted, rows: tables.map(\.rows),
      skipped: skipped)
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

  var nonFinite: [Int: Int]? { nil }

  var found: SettingValue { presumption?.settings ?? .null }

  func restore(_ found: SettingValue) throws(ConversionError) { try presumption?.restore(found) }

  var presumedWrongly: Bool { presumption?.isWrong ?? false }

  /// Checks, once all rows were written, what was taken for granted.
  func conclude() throws(ConversionError) {
    guard let presumption else { return }
    let presumed = (preprocessing, encoder.type, encoder.targetType)
    scan = presumption.scan(sizes: scan.sizes)
    preprocessing = try inference.preprocessing(scan)
    if presumed != (preprocessing, encoder.type, encoder.targetType) {
      presumption.isWrong = true
      throw ConversionError(
        subject: tables[0].file.path, problem: "is not throughout as it starts")
    }
    try fit(plan: nil)
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
      let hasOthers = tables.contains { $0.split != inference.learnedSplit }
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
    let pass = PassProgress(.counting, over: tables.map(\.file.reader.source))
    for index in tables.indices {
      let file = tables[index].file
      let decoder = decoder(of: file)
      let width = rowWidth
      tables[index].rows = 0
      try file.reader.forEachBlock(reportingTo: pass) { cursor in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { row in
          while cursor.startRecord() {
            decoder.decode(&cursor, into: row.baseAddress!)
            _ = cursor.finishRecord()
          }
        }
      } accept: { _, place throws(ConversionError) in
        tables[index].rows += place.records - place.problems.count
        for problem in place.problems {
          guard options.skipsBadRows else {
            throw file.reader.error(problem, names: file.names)
          }
          skipped.add(file.reader.error(problem, names: file.names))
        }
      }
    }
  }
}
