extension TableSet {
  func describe(in audit: inout Audit) {
    for column in preprocessing.columns {
      let scan = scan.all[column.name]!
      audit.add(column: column.name, type: Self.words(column.kind), scan)
      if let change = change(column, missing: scan.missing) { audit.changes.append(change) }
    }
    let target: String =
      switch preprocessing.target.kind {
      case .values: "target"
      default: Audit.Column.classType
      }
    for name in roles.targets { audit.add(column: name, type: target, scan.all[name]!) }
    if fitted != .none {
      audit.changes.append(
        "numbers are scaled as rows are read (\(options.like == nil ? options.table.scaling.rawValue : "as the data that was learned from"))"
      )
    }
    if skipped > 0 { audit.changes.append("bad rows were left out: \(skipped)") }
  }

  private static func words(_ kind: Preprocessing.Column.Kind) -> String {
    switch kind {
    case .number: "number"
    case .boolean: "boolean"
    case .category(let words):
      "category with \(words.count) \(words.count == 1 ? "value" : "values")"
    }
  }

  /// What became of missing values and of categories.
  private func change(_ column: Preprocessing.Column, missing: Int) -> String? {
    var changes: [String] = []
    if missing > 0, let imputed = column.imputed {
      if case .category(let words) = column.kind {
        changes.append("\(missing) missing became \(words[Int(imputed)])")
      } else {
        changes.append("\(missing) missing became \(imputed.text)")
      }
      if column.marksMissing { changes.append("marked by a feature") }
    }
    if case .category(let words) = column.kind {
      changes.append(
        column.isIndexed
          ? "words became numbers from 0" : "became \(words.count) features of 0 or 1")
    }
    return changes.isEmpty ? nil : "\(column.name): " + changes.joined(separator: ", ")
  }
}
