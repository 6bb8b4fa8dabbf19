extension TableSet {
  func describe(in audit: inout Audit, outliers: [String: Int]) {
    for column in preprocessing.columns {
      let scan = scan.all[column.name]!
      audit.add(
        column: column.name, type: Self.words(column.kind), scan, nonFinite: scan.nonFinite,
        outliers: outliers[column.name])
      if let change = change(column, missing: scan.missing) { audit.changes.append(change) }
    }
    let target: String =
      switch preprocessing.target.kind {
      case .values: "target"
      default: Audit.Column.classType
      }
    for name in roles.targets {
      let scan = scan.all[name]!
      audit.add(column: name, type: target, scan, nonFinite: scan.nonFinite, outliers: nil)
    }
    if let change = targetChange { audit.changes.append(change) }
    let used = preprocessing.columns.map(\.name) + roles.scanned
    let unused = tables[0].file.names.filter { !used.contains($0) }
    if !unused.isEmpty {
      audit.changes.append("left out: \(unused.joined(separator: ", "))")
    }
    if fitted != .none {
      let way =
        options.like == nil
        ? options.table.scaling.rawValue : "as the data that was learned from"
      audit.changes.append("numbers are scaled as rows are read (\(way))")
    }
    if skipped.count > 0 { audit.changes.append("bad rows were left out: \(skipped.count)") }
  }

  /// What became of classes.
  private var targetChange: String? {
    let name = preprocessing.target.names.joined(separator: ", ")
    return switch preprocessing.target.kind {
    case .classes(let words):
      "\(name): words became classes, \(words[0]) 0"
        + (words.count > 1 ? " to \(words[words.count - 1]) \(words.count - 1)" : "")
    case .listedClasses(let numbers):
      "\(name): numbers became classes, \(numbers[0]) 0"
        + (numbers.count > 1 ? " to \(numbers[numbers.count - 1]) \(numbers.count - 1)" : "")
    case .numberedClasses, .values: nil
    }
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
    if column.kind == .boolean { changes.append("words became 0 and 1") }
    if case .category(let words) = column.kind {
      changes.append(
        column.isIndexed
          ? "words became numbers from 0" : "became \(words.count) features of 0 or 1")
    }
    return changes.isEmpty ? nil : "\(column.name): " + changes.joined(separator: ", ")
  }
}
