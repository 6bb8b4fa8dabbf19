import CSystem
import Settings

/// What an option takes, and how its text becomes a value.
struct ValueKind: Sendable {
  /// What stands for the value in `--help`; nil for a flag.
  let placeholder: String?
  /// What is allowed, in words, for messages: "an integer of at least 1".
  let expectation: String
  /// Whether all words up to the next option are its values.
  let takesMany: Bool
  /// Whether the option may be given again, for one more value.
  let isRepeatable: Bool
  /// Whether the option may also be given without a value.
  let isOptional: Bool
  /// The value that a text stands for; nil when it is not allowed.
  let parse: @Sendable (String) -> SettingValue?

  private init(
    _ placeholder: String?, _ expectation: String, takesMany: Bool = false,
    isRepeatable: Bool = false, isOptional: Bool = false,
    _ parse: @escaping @Sendable (String) -> SettingValue?
  ) {
    self.placeholder = placeholder
    self.expectation = expectation
    self.takesMany = takesMany
    self.isRepeatable = isRepeatable
    self.isOptional = isOptional
    self.parse = parse
  }

  /// As getopt_long(3) has it.
  var hasArgument: Int32 {
    placeholder == nil ? no_argument : isOptional ? optional_argument : required_argument
  }

  /// Given or not.
  static let flag = ValueKind(nil, "no value") { _ in nil }

  static func integer(_ range: ClosedRange<Int>) -> ValueKind {
    let expectation =
      range.upperBound == .max
      ? "an integer of at least \(range.lowerBound)"
      : "an integer from \(range.lowerBound) to \(range.upperBound)"
    return ValueKind("N", expectation) { text in
      Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
    }
  }

  /// A part of a whole, from 0 to below 1.
  static let fraction = ValueKind("F", "a number from 0 to below 1") { text in
    number(text).flatMap { (0..<1).contains($0) ? .number($0) : nil }
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    of type: Choice.Type
  ) -> ValueKind {
    choice(type.allCases.map(\.rawValue))
  }

  static func choice(_ names: [String]) -> ValueKind {
    let expectation =
      names.count == 1 ? names[0] : "one of " + names.joined(separator: ", ")
    return ValueKind(names.joined(separator: "|"), expectation) { text in
      names.contains(text) ? .string(text) : nil
    }
  }

  /// A file, and one more each time that the option is given.
  static func repeatedPath(_ placeholder: String) -> ValueKind {
    ValueKind(placeholder, "a path", isRepeatable: true) { $0.isEmpty ? nil : .string($0) }
  }

  /// A file, a folder, or a place in a file.
  static func path(_ placeholder: String) -> ValueKind {
    ValueKind(placeholder, "a path") { $0.isEmpty ? nil : .string($0) }
  }

  /// One or more files: `--train images labels`.
  static func paths(_ placeholder: String) -> ValueKind {
    ValueKind(placeholder, "at least one path", takesMany: true) {
      $0.isEmpty ? nil : .string($0)
    }
  }

  /// A file to write, whose name ends so. The option may be given without one; a name stands behind
  /// `=`, where no other word can be taken for it.
  static func optionalFile(ending: String) -> ValueKind {
    ValueKind("[=FILE\(ending)]", "a name that ends in \(ending)", isOptional: true) { text in
      let name = text.split(separator: "/").last ?? ""
      return name.hasSuffix(ending) && name.count > ending.count ? .string(text) : nil
    }
  }

  /// A file to write, whose name ends so.
  static func file(ending: String) -> ValueKind {
    ValueKind("FILE\(ending)", "a name that ends in \(ending)") { text in
      text.hasSuffix(ending) ? .string(text) : nil
    }
  }

  /// Names with commas between them.
  static func names(_ placeholder: String) -> ValueKind {
    ValueKind(placeholder, "names with commas between them") { text in
      let names = elements(text)
      return names.contains("") ? nil : .array(names.map { .string($0) })
    }
  }

  /// A number of bytes; K, M, G, T stand for 2^10, 2^20, 2^30, 2^40.
  static let byteSize = ValueKind("SIZE", "a size such as 512M or 2G") { text in
    bytes(text).map { .integer($0) }
  }

  /// What the reader of the run file judges: a number where the text is one, else a string.
  static func setting(_ placeholder: String) -> ValueKind {
    ValueKind(placeholder, "a number") { scalar($0) }
  }

  /// A name that the reader of the run file judges.
  static func settingName(_ placeholder: String) -> ValueKind {
    ValueKind(placeholder, "a name") { .string($0) }
  }

  /// Values with commas between them that the reader of the run file judges, unless the whole is
  /// `word`.
  static func settingList(_ placeholder: String, orWord word: String? = nil) -> ValueKind {
    ValueKind(placeholder, "values with commas between them") { text in
      text == word ? .string(text) : .array(elements(text).map(scalar))
    }
  }

  /// Any other text, judged by `parse`.
  static func text(
    _ placeholder: String, _ expectation: String,
    _ parse: @escaping @Sendable (String) -> SettingValue?
  ) -> ValueKind {
    ValueKind(placeholder, expectation, parse)
  }
}

private func scalar(_ text: String) -> SettingValue {
  if let integer = Int(text) { return .integer(integer) }
  // An integer beyond all bounds: the message that refuses it shows it as it was written.
  if text.allSatisfy(\.isWholeNumber) { return .string(text) }
  return number(text).map { .number($0) } ?? .string(text)
}

/// A decimal number; also infinity and NaN, which the caller's range refuses by name.
private func number(_ text: String) -> Double? {
  text.contains { "xXpP".contains($0) } ? nil : Double(text)
}

private func elements(_ text: String) -> [String] {
  text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
}

private func bytes(_ text: String) -> Int? {
  let digits = text.prefix { $0.isNumber || $0 == "." }
  let units = ["": 0, "B": 0, "K": 10, "M": 20, "G": 30, "T": 40]
  var unit = text.dropFirst(digits.count).uppercased()
  for ending in ["IB", "B"] where unit.count > 1 && unit.hasSuffix(ending) {
    unit.removeLast(ending.count)
  }
  guard let shift = units[unit], let amount = number(String(digits)) else { return nil }
  return Int(exactly: (amount * Double(1 << shift)).rounded()).flatMap { $0 > 0 ? $0 : nil }
}
