/// What the columns of several files of a table are like.
struct TableScan {
  /// Of all files, and of those of the split that is learned from, by column name.
  private(set) var all: [String: ColumnScan] = [:]
  private(set) var learned: [String: ColumnScan] = [:]
  /// In the files' order.
  private(set) var sizes: [TableReader.Size] = []
  /// Records that cannot be read.
  private(set) var problems = 0

  /// What was found while rows were read for something else.
  init(
    all: [String: ColumnScan], learned: [String: ColumnScan], sizes: [TableReader.Size],
    problems: Int = 0
  ) {
    self.all = all
    self.learned = learned
    self.sizes = sizes
    self.problems = problems
  }

  /// Looks at how a table starts.
  init(
    startOf file: TableFile, _ wishes: [String: ColumnScan.Wishes], missing: MissingWords
  ) throws(ConversionError) {
    let places = file.names.indices.filter { wishes[file.names[$0]] != nil }
    let blank = places.map { ColumnScan(wishes[file.names[$0]]!) }
    let slots = file.names.indices.map { places.firstIndex(of: $0) }
    let scans = try file.reader.withStart { cursor in
      Self.scan(&cursor, slots: slots, blank, missing, file.reader.dialect)
    }
    for (place, scan) in zip(places, scans) { all[file.names[place]] = scan }
    learned = all
  }

  /// Reads all files.
  ///
  /// - Parameters:
  ///   - files: with each, whether it is learned from.
  ///   - wishes: the columns to look at.
  /// - Throws: `ConversionError` for the first record that cannot be read, unless bad rows are
  ///   skipped.
  init(
    _ files: [(file: TableFile, isLearned: Bool)], _ wishes: [String: ColumnScan.Wishes],
    missing: MissingWords, skipsBadRows: Bool
  ) throws(ConversionError) {
    let pass = PassProgress(.examining, over: files.map(\.file.reader.source))
    for (file, isLearned) in files {
      let places = file.names.indices.filter { wishes[file.names[$0]] != nil }
      let blank = places.map { ColumnScan(wishes[file.names[$0]]!) }
      var scans = blank
      var size = TableReader.Size()
      // For each column of the table, its place among those that are looked at.
      let slots = file.names.indices.map { places.firstIndex(of: $0) }
      let reader = file.reader
      try reader.forEachBlock(reportingTo: pass) { cursor in
        Self.scan(&cursor, slots: slots, blank, missing, reader.dialect)
      } accept: { columns, place throws(ConversionError) in
        if let problem = place.problems.first, !skipsBadRows {
          throw reader.error(problem, names: file.names)
        }
        problems += place.problems.count
        size.records += place.records
        size.bytes += place.bytes
        for (index, column) in columns.enumerated() { scans[index].add(column) }
      }
      sizes.append(size)
      for (index, place) in places.enumerated() {
        let name = file.names[place]
        all[name, default: blank[index]].add(scans[index])
        if isLearned { learned[name, default: blank[index]].add(scans[index]) }
      }
    }
  }

  private static func scan(
    _ cursor: inout FieldCursor, slots: [Int?], _ blank: [ColumnScan], _ missing: MissingWords,
    _ dialect: TableDialect
  ) -> [ColumnScan] {
    let start = cursor
    let scans = scan(&cursor, slots: slots, blank, missing, dialect, without: [])
    guard !cursor.problems.isEmpty else { return scans }
    // What stands in rows that cannot be read is no value of theirs.
    var again = start
    return scan(
      &again, slots: slots, blank, missing, dialect, without: Set(cursor.problems.map(\.record)))
  }

  private static func scan(
    _ cursor: inout FieldCursor, slots: [Int?], _ blank: [ColumnScan], _ missing: MissingWords,
    _ dialect: TableDialect, without bad: Set<Int>
  ) -> [ColumnScan] {
    var scans = blank
    scans.withUnsafeMutableBufferPointer { scans in
      var value = 0.0
      while cursor.startRecord() {
        if !bad.isEmpty, bad.contains(cursor.records) {
          _ = cursor.finishRecord()
          continue
        }
        for slot in slots {
          guard let slot else {
            _ = cursor.field()
            continue
          }
          if !scans[slot].wishes.isCategorical, cursor.number(&value) {
            scans[slot].add(value)
          } else {
            add(cursor.field(), to: &scans[slot], missing, dialect)
          }
        }
        _ = cursor.finishRecord()
      }
    }
    return scans
  }

  private static func add(
    _ field: FieldCursor.Field, to scan: inout ColumnScan, _ missing: MissingWords,
    _ dialect: TableDialect
  ) {
    let bytes = field.trimmed
    if missing.contains(bytes) {
      scan.addMissing()
    } else if !scan.wishes.isCategorical, let value = number(bytes, dialect) {
      scan.add(value)
    } else {
      scan.add(word: field.text)
    }
  }
}
