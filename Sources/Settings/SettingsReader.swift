/// Reads the members of one object strictly: each is checked for kind and range as it is read, and
/// `finish` refuses what nobody asked for.
public struct SettingsReader {
  /// Where the object stands, for messages: `run.json5: network[2]`.
  public let path: String
  private var unread: [String: SettingValue]
  private var known: Set<String> = []

  /// - Throws: `SettingsError` when `value` is not an object.
  public init(_ value: SettingValue, path: String) throws {
    guard case .object(let members) = value else {
      throw SettingsError(path: path, problem: "is \(value.kind); expected an object { … }")
    }
    self.path = path
    unread = members
  }

  /// The member `key` as it stands, or nil when it is absent or null.
  public mutating func value(_ key: String) -> SettingValue? {
    known.insert(key)
    let value = unread.removeValue(forKey: key)
    return value == .null ? nil : value
  }

  /// Whether the member `key` is there and not null.
  public mutating func has(_ key: String) -> Bool {
    known.insert(key)
    // A null says no more than an absent member, and nobody is going to read it.
    if unread[key] == .null { unread[key] = nil }
    return unread[key] != nil
  }

  public mutating func integer(
    _ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil
  ) throws -> Int {
    guard let value = value(key) else { return try require(fallback, key) }
    guard let integer = value.exactInteger else {
      throw error(key, "is \(value); expected an integer\(Self.text(range))")
    }
    guard range.contains(integer) else {
      throw error(key, "is \(integer); expected an integer\(Self.text(range))")
    }
    return integer
  }

  /// - Parameter allowed: the finite values that may stand here, and `expectation` in words.
  public mutating func number(
    _ key: String, _ expectation: String, default fallback: Double? = nil,
    where allowed: (Double) -> Bool
  ) throws -> Double {
    guard let value = value(key) else { return try require(fallback, key) }
    guard let number = value.asDouble, number.isFinite, allowed(number) else {
      throw error(key, "is \(value); expected \(expectation)")
    }
    return number
  }

  public mutating func boolean(_ key: String, default fallback: Bool? = nil) throws -> Bool {
    guard let value = value(key) else { return try require(fallback, key) }
    guard case .boolean(let boolean) = value else {
      throw error(key, "is \(value); expected true or false")
    }
    return boolean
  }

  public mutating func string(_ key: String, default fallback: String? = nil) throws -> String {
    guard let value = value(key) else { return try require(fallback, key) }
    guard case .string(let string) = value else {
      throw error(key, "is \(value); expected a string")
    }
    return string
  }

  /// One of the names of an enumeration's cases.
  public mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, of type: Choice.Type = Choice.self, default fallback: Choice? = nil
  ) throws -> Choice {
    guard let value = value(key) else { return try require(fallback, key) }
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    guard case .string(let string) = value, let choice = Choice(rawValue: string) else {
      throw error(key, "is \(value); expected one of \(names)")
    }
    return choice
  }

  public mutating func array(_ key: String) throws -> [SettingValue]? {
    guard let value = value(key) else { return nil }
    guard case .array(let values) = value else {
      throw error(key, "is \(value); expected an array [ … ]")
    }
    return values
  }

  public mutating func integers(_ key: String, in range: ClosedRange<Int>) throws -> [Int]? {
    try array(key)?.map { element in
      guard let integer = element.exactInteger, range.contains(integer) else {
        throw error(key, "has \(element); expected integers\(Self.text(range))")
      }
      return integer
    }
  }

  public mutating func strings(_ key: String) throws -> [String]? {
    try array(key)?.map { element in
      guard case .string(let string) = element else {
        throw error(key, "has \(element); expected strings")
      }
      return string
    }
  }

  /// What `read` makes of the member `key`, nil when it is absent.
  public mutating func optional<Value>(
    _ key: String, _ read: (inout SettingsReader) throws -> Value
  ) throws -> Value? {
    has(key) ? try read(&self) : nil
  }

  /// A reader of the object `key`, or nil when it is absent. Its `finish` is the caller's to call.
  public mutating func object(_ key: String) throws -> SettingsReader? {
    guard let value = value(key) else { return nil }
    return try SettingsReader(value, path: "\(path).\(key)")
  }

  /// - Throws: `SettingsError` that names a member nobody read, and those that are known.
  public func finish() throws {
    guard let stray = unread.keys.sorted().first else { return }
    throw error(
      stray, "is unknown; known here: \(known.sorted().joined(separator: ", "))")
  }

  /// An error about the member `key`, for checks that only the caller can make.
  public func error(_ key: String, _ problem: String) -> SettingsError {
    SettingsError(path: "\(path).\(key)", problem: problem)
  }

  private func require<Value>(_ fallback: Value?, _ key: String) throws -> Value {
    guard let fallback else { throw error(key, "is missing") }
    return fallback
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? " of at least \(range.lowerBound)" : " from \(range.lowerBound) to \(range.upperBound)"
  }
}

extension SettingValue {
  fileprivate var exactInteger: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }
}
