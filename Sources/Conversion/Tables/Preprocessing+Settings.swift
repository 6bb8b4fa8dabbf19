import Settings

extension Preprocessing {
  /// Raised when older programs would misread it.
  private static let version = 1
  private enum Kind: String, CaseIterable { case number, boolean, category }
  private enum TargetKind: String, CaseIterable {
    case classes, listedClasses, numberedClasses, values
  }

  public var settings: SettingValue {
    [
      "version": .integer(Self.version),
      "columns": .array(columns.map(Self.settings)),
      "target": Self.settings(target),
      "missing": .array(missing.map { .string($0) }),
      "decimal": .string(String(UnicodeScalar(decimalPoint))),
      "hasHeader": .boolean(hasHeader),
      "tableColumns": .integer(tableColumns),
    ]
  }

  private static func settings(_ column: Column) -> SettingValue {
    var members: [String: SettingValue] = [
      "name": .string(column.name), "marksMissing": .boolean(column.marksMissing),
    ]
    switch column.kind {
    case .number: members["kind"] = .string(Kind.number.rawValue)
    case .boolean: members["kind"] = .string(Kind.boolean.rawValue)
    case .category(let words):
      members["kind"] = .string(Kind.category.rawValue)
      members["categories"] = .array(words.map { .string($0) })
      members["isIndexed"] = .boolean(column.isIndexed)
    }
    members["imputed"] = column.imputed.map { .number($0) }
    return .object(members)
  }

  private static func settings(_ target: Target) -> SettingValue {
    var members: [String: SettingValue] = ["names": .array(target.names.map { .string($0) })]
    switch target.kind {
    case .classes(let words):
      members["kind"] = .string(TargetKind.classes.rawValue)
      members["classes"] = .array(words.map { .string($0) })
    case .listedClasses(let numbers):
      members["kind"] = .string(TargetKind.listedClasses.rawValue)
      members["classes"] = .array(numbers.map { .integer($0) })
    case .numberedClasses(let count):
      members["kind"] = .string(TargetKind.numberedClasses.rawValue)
      members["count"] = .integer(count)
    case .values: members["kind"] = .string(TargetKind.values.rawValue)
    }
    return .object(members)
  }

  /// Reads what `settings` wrote.
  /// - Throws: `SettingsError` for anything else.
  public init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    let version = try reader.integer("version", in: 1...Int.max)
    guard version == Self.version else {
      throw reader.error("version", "is \(version); this program knows \(Self.version)")
    }
    columns = try (reader.array("columns") ?? []).enumerated().map { index, value in
      try Self.column(value, path: "\(path): columns[\(index)]")
    }
    guard let stored = reader.value("target") else {
      throw reader.error("target", "is missing")
    }
    target = try Self.target(stored, path: "\(path): target")
    missing = try reader.strings("missing") ?? []
    let decimal = try reader.string("decimal")
    guard decimal.utf8.count == 1, let point = decimal.utf8.first, ".,".contains(decimal) else {
      throw reader.error("decimal", "is \"\(decimal)\"; expected a point or a comma")
    }
    decimalPoint = point
    hasHeader = try reader.boolean("hasHeader")
    tableColumns = try reader.integer("tableColumns", in: 1...1 << 24)
    try reader.finish()
    guard !columns.isEmpty else { throw reader.error("columns", "has none; expected at least one") }
  }

  private static func column(_ value: SettingValue, path: String) throws -> Column {
    var reader = try SettingsReader(value, path: path)
    let kind: Column.Kind
    var isIndexed = false
    switch try reader.choice("kind", of: Kind.self) {
    case .number: kind = .number
    case .boolean: kind = .boolean
    case .category:
      let words = try reader.strings("categories") ?? []
      guard !words.isEmpty, Set(words).count == words.count else {
        throw reader.error("categories", "has none, or one twice")
      }
      kind = .category(words)
      isIndexed = try reader.boolean("isIndexed")
    }
    let imputed = try reader.optional("imputed") {
      try $0.number("imputed", "a number") { _ in true }
    }
    if let imputed, case .category(let words) = kind,
      !(0..<Double(words.count)).contains(imputed) || imputed.rounded() != imputed
    {
      throw reader.error("imputed", "is \(imputed); expected a category's index")
    }
    let column = Column(
      name: try reader.string("name"), kind: kind, isIndexed: isIndexed, imputed: imputed,
      marksMissing: try reader.boolean("marksMissing"))
    try reader.finish()
    return column
  }

  private static func target(_ value: SettingValue, path: String) throws -> Target {
    var reader = try SettingsReader(value, path: path)
    let names = try reader.strings("names") ?? []
    let kind: Target.Kind
    switch try reader.choice("kind", of: TargetKind.self) {
    case .classes:
      let words = try reader.strings("classes") ?? []
      guard !words.isEmpty, Set(words).count == words.count else {
        throw reader.error("classes", "has none, or one twice")
      }
      kind = .classes(words)
    case .listedClasses:
      let numbers = try reader.integers("classes", in: Int.min...Int.max) ?? []
      guard !numbers.isEmpty, Set(numbers).count == numbers.count else {
        throw reader.error("classes", "has none, or one twice")
      }
      kind = .listedClasses(numbers)
    case .numberedClasses:
      kind = .numberedClasses(try reader.integer("count", in: 1...1 << 24))
    case .values: kind = .values
    }
    try reader.finish()
    guard !names.isEmpty, names.count == 1 || kind == .values else {
      throw SettingsError(path: path, problem: "has \(names.count) names")
    }
    return Target(names: names, kind: kind)
  }
}
