import Settings

/// The form in which a scan is kept for a conversion that is interrupted: exact to the bit.
extension ColumnScan {
  var settings: SettingValue {
    [
      "categorical": .boolean(wishes.isCategorical), "wishedNumbers": .integer(wishes.numbers),
      "missing": .integer(missing), "words": .object(words.mapValues { .integer($0) }),
      "wordCount": .integer(wordCount), "hasAllWords": .boolean(hasAllWords),
      "numbers": numbers.settings, "least": .bits(least), "greatest": .bits(greatest),
      "isInteger": .boolean(isInteger), "fitsFloat": .boolean(fitsFloat),
      "nonFinite": .integer(nonFinite),
      "different": .bits(differentNumbers.sorted()),
      "recent": .bits([recent.0, recent.1]), "common": .bits(common),
      "commonCount": .integer(commonCount),
    ]
  }

  /// Reads what `settings` wrote.
  init(settings: SettingValue) throws {
    var reader = try SettingsReader(settings, path: "the scan of a column")
    let counts = 0...Int.max
    wishes = Wishes(
      isCategorical: try reader.boolean("categorical"),
      numbers: try reader.integer("wishedNumbers", in: counts))
    missing = try reader.integer("missing", in: counts)
    guard case .object(let members) = reader.value("words") else {
      throw reader.error("words", "are none")
    }
    for case (let word, .integer(let count)) in members { words[word] = count }
    wordCount = try reader.integer("wordCount", in: counts)
    hasAllWords = try reader.boolean("hasAllWords")
    numbers = try Moments(settings: reader.value("numbers") ?? .null)
    least = try reader.bits("least")
    greatest = try reader.bits("greatest")
    isInteger = try reader.boolean("isInteger")
    fitsFloat = try reader.boolean("fitsFloat")
    nonFinite = try reader.integer("nonFinite", in: counts)
    differentNumbers = Set((reader.value("different") ?? .null).doubles)
    let pair = (reader.value("recent") ?? .null).doubles
    guard pair.count == 2 else { throw reader.error("recent", "are not two") }
    recent = (pair[0], pair[1])
    common = try reader.bits("common")
    commonCount = try reader.integer("commonCount", in: counts)
    try reader.finish()
  }
}

extension Moments {
  var settings: SettingValue {
    ["count": .integer(count), "pivot": .bits(pivot), "sum": .bits(sum), "squares": .bits(squares)]
  }

  init(settings: SettingValue) throws {
    var reader = try SettingsReader(settings, path: "the moments of a column")
    count = try reader.integer("count", in: 0...Int.max)
    pivot = try reader.bits("pivot")
    sum = try reader.bits("sum")
    squares = try reader.bits("squares")
    try reader.finish()
  }
}

extension TableScan {
  var settings: SettingValue {
    [
      "all": .object(all.mapValues(\.settings)), "learned": .object(learned.mapValues(\.settings)),
      "records": .array(sizes.map { .integer($0.records) }),
      "bytes": .array(sizes.map { .integer($0.bytes) }), "problems": .integer(problems),
    ]
  }

  init(settings: SettingValue) throws {
    var reader = try SettingsReader(settings, path: "the scan of a table")
    func columns(_ key: String) throws -> [String: ColumnScan] {
      guard case .object(let members) = reader.value(key) else {
        throw reader.error(key, "are no columns")
      }
      return try members.mapValues { try ColumnScan(settings: $0) }
    }
    let (all, learned) = (try columns("all"), try columns("learned"))
    let records = (reader.value("records") ?? .null).integers
    let bytes = (reader.value("bytes") ?? .null).integers
    self.init(
      all: all, learned: learned,
      sizes: zip(records, bytes).map { TableReader.Size(records: $0, bytes: $1) },
      problems: try reader.integer("problems", in: 0...Int.max))
    try reader.finish()
  }
}

extension SettingValue {
  /// All bits of a number, which may be infinite.
  static func bits(_ value: Double) -> SettingValue {
    .string(String(value.bitPattern, radix: 16))
  }

  static func bits(_ values: [Double]) -> SettingValue { .array(values.map { .bits($0) }) }

  /// The numbers that `bits` made this of; empty for anything else.
  var doubles: [Double] {
    guard case .array(let values) = self else { return [] }
    return values.compactMap { value in
      guard case .string(let text) = value else { return nil }
      return UInt64(text, radix: 16).map(Double.init(bitPattern:))
    }
  }
}

extension SettingsReader {
  fileprivate mutating func bits(_ key: String) throws -> Double {
    guard let bits = UInt64(try string(key), radix: 16) else { throw error(key, "is no number") }
    return Double(bitPattern: bits)
  }
}
