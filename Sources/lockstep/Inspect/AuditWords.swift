import Settings

/// What a conversion found out, from the form in which it is stored, for people.
struct AuditWords {
  private let findings: [String]
  private let changes: [String]
  private let columns: [[String: SettingValue]]
  private let wasSearched: Bool

  private static let mostColumns = 40

  init?(_ audit: SettingValue?) {
    guard case .object(let members) = audit else { return nil }
    findings = Self.objects(members["findings"]).compactMap { Self.text($0["text"]) }
    changes =
      if case .array(let values) = members["changes"] { values.compactMap { Self.text($0) } } else {
        []
      }
    columns = Self.objects(members["columns"])
    wasSearched = members["duplicates"] != nil
  }

  var paragraphs: [String] {
    var paragraphs = columns.isEmpty ? [] : [table]
    paragraphs += Self.list("changed", changes)
    paragraphs += Self.list(
      "found",
      findings.isEmpty
        ? ["nothing" + (wasSearched ? "" : "; duplicates were not searched")]
        : findings)
    return paragraphs
  }

  private static func list(_ title: String, _ lines: [String]) -> [String] {
    guard !lines.isEmpty else { return [] }
    var facts = Facts()
    for (index, line) in lines.enumerated() { facts.add(index == 0 ? title : "", line) }
    return [facts.text]
  }

  private var table: String {
    var table = Table([
      "column": .left, "type": .left, "missing": .right, "not finite": .right, "outliers": .right,
      "least": .right, "greatest": .right, "mean": .right, "deviation": .right,
    ])
    for column in columns.prefix(Self.mostColumns) {
      table.add(
        [Self.text(column["name"]) ?? "", Self.text(column["type"]) ?? ""]
          + [
            "missing", "nonFinite", "outliers", "least", "greatest", "mean", "deviation",
          ].map { key in
            column[key]?.asDouble.map { Numbers.significant($0, 6) } ?? ""
          })
    }
    let more = columns.count - Self.mostColumns
    return table.text + (more > 0 ? "\n… and \(Numbers.count(more, "column")) more" : "")
  }

  private static func objects(_ value: SettingValue?) -> [[String: SettingValue]] {
    guard case .array(let values) = value else { return [] }
    return values.compactMap { if case .object(let members) = $0 { members } else { nil } }
  }

  private static func text(_ value: SettingValue?) -> String? {
    if case .string(let text) = value { text } else { nil }
  }
}
