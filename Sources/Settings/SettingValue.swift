/// A value of a run file: what JSON5 can say.
public enum SettingValue: Sendable, Equatable, CustomStringConvertible {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([SettingValue])
  case object([String: SettingValue])

  /// The number that this is, nil for anything else.
  public var asDouble: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// This value as it may stand in a message: JSON, with numbers that are not finite by name.
  public var description: String {
    if case .number(let value) = self { return "\(value)" }
    return json()
  }

  /// The word for this kind of value in messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension SettingValue {
  /// This object with `other`'s keys laid over it, objects merged key by key: how an option of the
  /// command line beats the run file.
  public func merging(_ other: SettingValue) -> SettingValue {
    guard case .object(let mine) = self, case .object(let theirs) = other else { return other }
    return .object(mine.merging(theirs) { $0.merging($1) })
  }
}

extension SettingValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: SettingValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, SettingValue)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}
