import Datasets
import Settings

/// A command line taken apart: the values of its options, and the words that belong to none.
struct Arguments {
  var words: [String] = []
  private var values: [String: SettingValue] = [:]
  private var texts: [String: [String]] = [:]

  /// Adds what was given for an option.
  ///
  /// - Throws: `UsageError` for a value that is not allowed, and for an option that is given twice
  ///   (two values could not both be meant), unless it is a flag, takes many or may be repeated.
  mutating func add(_ text: String?, to option: Option) throws {
    guard let text else {
      values[option.name] = true
      return
    }
    if let first = texts[option.name]?.first, !option.value.takesMany, !option.value.isRepeatable {
      throw UsageError(
        "\(option.flag) is given twice, as \(first) and as \(text); give it once")
    }
    guard let value = option.value.parse(text) else {
      let found = text.isEmpty ? "empty" : text
      throw UsageError("\(option.flag) is \(found); expected \(option.value.expectation)")
    }
    texts[option.name, default: []].append(text)
    values[option.name] = value
  }

  func has(_ option: Option) -> Bool { values[option.name] != nil }

  /// The value of an option; nil when it is not given.
  func value(_ option: Option) -> SettingValue? { values[option.name] }

  /// The text that was given for an option, as it was given.
  func text(_ option: Option) -> String? { texts[option.name]?.first }

  /// All that was given for an option that takes many or may be repeated.
  func all(_ option: Option) -> [String] { texts[option.name] ?? [] }

  func integer(_ option: Option) -> Int? {
    guard case .integer(let integer) = values[option.name] else { return nil }
    return integer
  }

  func number(_ option: Option) -> Double? { values[option.name]?.asDouble }

  func names(_ option: Option) -> [String]? {
    guard case .array(let names) = values[option.name] else { return nil }
    return names.map { if case .string(let name) = $0 { name } else { "\($0)" } }
  }

  func choice<Choice: RawRepresentable<String>>(_ option: Option, of: Choice.Type) -> Choice? {
    text(option).flatMap(Choice.init(rawValue:))
  }

  /// The value of an option that the command cannot do without.
  func required(_ option: Option, for command: any Command.Type) throws -> String {
    guard let text = text(option) else {
      throw UsageError(
        "\(option.flag) \(option.value.placeholder ?? "") is missing; usage: \(command.usage)")
    }
    return text
  }
}
