import Datasets
import HDF5

/// Rows of numbers: the features' columns, the targets', then what splits go by.
extension TableSet {
  private var targetPlaces: Range<Int> {
    let count = preprocessing.columns.count
    return count..<count + roles.targets.count
  }
  private var groupPlace: Int { targetPlaces.upperBound }
  private var timePlace: Int { targetPlaces.upperBound + 1 }
  var rowWidth: Int { targetPlaces.upperBound + 2 }

  /// What reads the rows of a table.
  func decoder(of file: TableFile) -> RowDecoder {
    var actions = [RowDecoder.Action](repeating: .skip, count: file.names.count)
    func add(_ action: RowDecoder.Action, _ name: String) {
      if let column = file.names.firstIndex(of: name) { actions[column] = action }
    }
    for (place, column) in preprocessing.columns.enumerated() {
      let isRequired = column.imputed == nil
      switch column.kind {
      case .number: add(.number(place, isRequired: isRequired), column.name)
      case .boolean: add(.boolean(place, isRequired: isRequired), column.name)
      case .category(let words):
        add(.category(place, Self.indices(words), isRequired: isRequired), column.name)
      }
    }
    for (place, name) in zip(targetPlaces, roles.targets) {
      switch preprocessing.target.kind {
      case .classes(let words): add(.className(place, Self.indices(words)), name)
      case .listedClasses(let numbers):
        add(.listedClass(place, Self.indices(numbers.map(Double.init))), name)
      case .numberedClasses(let count): add(.numberedClass(place, count: Double(count)), name)
      case .values: add(.number(place, isRequired: true), name)
      }
    }
    if let group = roles.group { add(.group(groupPlace), group) }
    if let time = roles.time { add(.time(timePlace), time) }
    return RowDecoder(actions: actions, missing: missing, dialect: file.reader.dialect)
  }

  private static func indices<Key: Hashable>(_ keys: [Key]) -> [Key: Double] {
    Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, Double($0)) })
  }

  /// Reads the good rows of `train`, or of what stands for it, block by block in their order.
  ///
  /// - Parameters:
  ///   - pass: is told how much was read.
  ///   - body: gets the index of the first row, the number of rows, and the rows' numbers, one row
  ///     behind another.
  func forEachLearnedBlock(
    reportingTo pass: PassProgress,
    _ body: (Int, Int, UnsafeBufferPointer<Double>) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    var first = 0
    let width = rowWidth
    for table in learnedTables {
      let decoder = decoder(of: table.file)
      try table.file.reader.forEachBlock(reportingTo: pass) { cursor in
        var numbers: [Double] = []
        var row = [Double](repeating: 0, count: width)
        row.withUnsafeMutableBufferPointer { row in
          while cursor.startRecord() {
            decoder.decode(&cursor, into: row.baseAddress!)
            if cursor.finishRecord() { numbers.append(contentsOf: row) }
          }
        }
        return numbers
      } accept: { numbers, place throws(ConversionError) in
        if let problem = place.problems.first, !options.skipsBadRows {
          throw table.file.reader.error(problem, names: table.file.names)
        }
        let rows = numbers.count / width
        try numbers.withUnsafeBufferPointer { numbers throws(ConversionError) in
          try body(first, rows, numbers)
        }
        first += rows
      }
    }
  }

  /// The tables of the split that is learned from.
  private var learnedTables: [Table] { tables.filter { $0.split == tables[0].split } }

  /// A pass over what is learned from, that reads it so many times.
  func learnedPass(
    _ work: ConversionProgress.Pass.Work, times: Int = 1
  ) -> PassProgress {
    PassProgress(work, over: learnedTables.map(\.file.reader.source), times: times)
  }

  func splitKeys() throws(ConversionError) -> SplitKeys {
    var keys = SplitKeys()
    let width = rowWidth
    let (target, group, time) = (targetPlaces.lowerBound, groupPlace, timePlace)
    if options.stratifies, preprocessing.target.kind == .values {
      throw ConversionError(
        option: "--stratify", problem: "is given, and the target is no class",
        expected: "a target of classes")
    }
    try forEachLearnedBlock(reportingTo: learnedPass(.splitting)) { _, rows, numbers in
      for row in 0..<rows {
        if options.stratifies { keys.classes.append(Int32(numbers[row * width + target])) }
        if roles.group != nil { keys.groups.append(numbers[row * width + group]) }
        if roles.time != nil { keys.times.append(numbers[row * width + time]) }
      }
    }
    if case .classes(let words) = preprocessing.target.kind { keys.classNames = words }
    return keys
  }

  /// What makes features and targets of rows.
  var encoder: RowEncoder {
    RowEncoder(
      preprocessing, type: featureType, targetPlaces: targetPlaces, targetType: targetType,
      rowWidth: rowWidth)
  }

  private var featureType: ElementType {
    var range = NumberRange()
    for column in preprocessing.columns {
      switch column.kind {
      case .number:
        range.add(scan.all[column.name]!)
        if let imputed = column.imputed { range.add(imputed) }
      case .boolean: range.add(0...1)
      case .category(let words): range.add(column.isIndexed ? 0...Double(words.count - 1) : 0...1)
      }
    }
    return range.smallestType(orFloat: false)
  }

  private var targetType: ElementType {
    switch preprocessing.target.kind {
    case .classes(let words):
      return SmallestType.integer(holding: 0...max(0, words.count - 1), below: 9) ?? .int64
    case .listedClasses(let numbers):
      return SmallestType.integer(holding: 0...max(0, numbers.count - 1), below: 9) ?? .int64
    case .numberedClasses(let count):
      return SmallestType.integer(holding: 0...max(0, count - 1), below: 9) ?? .int64
    case .values:
      var range = NumberRange()
      for name in roles.targets { range.add(scan.all[name]!) }
      // Whole numbers would be taken for classes.
      return range.smallestType(orFloat: true)
    }
  }

  /// What the rows of all tables are.
  func schema(_ encoder: RowEncoder) -> SourceSchema {
    var schema = SourceSchema(
      featureShape: [encoder.width], featureType: encoder.type, isSmallestType: true,
      targetShape: targetPlaces.count > 1 ? [targetPlaces.count] : [],
      targetType: encoder.targetType)
    schema.featureNames = preprocessing.featureNames
    schema.preprocessing = preprocessing
    switch preprocessing.target.kind {
    case .classes(let words): schema.classNames = words
    case .listedClasses(let numbers): schema.classNames = numbers.map(String.init)
    case .numberedClasses(let count): schema.classCount = count
    case .values: break
    }
    return schema
  }
}

/// The numbers that a type must hold.
private struct NumberRange {
  private var isInteger = true
  private var fitsFloat = true
  private var least = Double.infinity
  private var greatest = -Double.infinity

  mutating func add(_ scan: ColumnScan) {
    guard scan.numbers.count > 0 else { return }
    add(scan.least...scan.greatest)
    isInteger = isInteger && scan.isInteger
    fitsFloat = fitsFloat && scan.fitsFloat
  }

  mutating func add(_ value: Double) {
    add(value...value)
    isInteger = isInteger && value.rounded() == value
    fitsFloat = fitsFloat && Double(Float(value)) == value
  }

  mutating func add(_ range: ClosedRange<Double>) {
    least = min(least, range.lowerBound)
    greatest = max(greatest, range.upperBound)
  }

  /// The smallest type that holds them exactly. Integers above 2⁵³ are no longer exact themselves.
  func smallestType(orFloat: Bool) -> ElementType {
    if isInteger, !orFloat, least >= -ColumnScan.exact, greatest <= ColumnScan.exact,
      let type = SmallestType.integer(holding: Int(least)...Int(greatest), below: 9)
    {
      return type
    }
    return fitsFloat ? .float32 : .float64
  }
}
