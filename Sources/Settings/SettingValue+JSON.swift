extension SettingValue {
  /// This value as JSON with sorted keys: the same text for the same value.
  ///
  /// Numbers that are not finite have no JSON form and become null.
  public func json(pretty: Bool = false) -> String {
    var text = ""
    write(to: &text, indent: pretty ? 0 : nil)
    return text
  }

  private func write(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): text += Self.quoted(value)
    case .array(let values):
      Self.write("[", "]", values.count, to: &text, indent: indent) { index, text, indent in
        values[index].write(to: &text, indent: indent)
      }
    case .object(let members):
      let keys = members.keys.sorted()
      Self.write("{", "}", keys.count, to: &text, indent: indent) { index, text, indent in
        text += Self.quoted(keys[index]) + (indent == nil ? ":" : ": ")
        members[keys[index]]!.write(to: &text, indent: indent)
      }
    }
  }

  private static func write(
    _ open: String, _ close: String, _ count: Int, to text: inout String, indent: Int?,
    element: (Int, inout String, Int?) -> Void
  ) {
    let inner = indent.map { $0 + 2 }
    text += open
    for index in 0..<count {
      if index > 0 { text += "," }
      if let inner { text += "\n" + String(repeating: " ", count: inner) }
      element(index, &text, inner)
    }
    if let indent, count > 0 { text += "\n" + String(repeating: " ", count: indent) }
    text += close
  }

  private static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
