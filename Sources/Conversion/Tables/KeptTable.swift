import Datasets
import Settings

/// What is known of the tables of a conversion before their rows are written, kept for one that is
/// interrupted: finding it out takes a look at all rows, or several.
struct KeptTable {
  var scan: TableScan
  /// With what was fitted.
  var preprocessing: Preprocessing
  var fitted: Normalization
  /// Good rows of each table.
  var rows: [Int]
  /// Bad ones that are left out.
  var skipped: SkippedRows
}

extension KeptTable {
  var settings: SettingValue {
    [
      "scan": scan.settings, "preprocessing": preprocessing.settings, "fitted": fitted.settings,
      "rows": .array(rows.map { .integer($0) }), "skipped": .integer(skipped.count),
      "examples": .array(
        skipped.examples.map {
          .array([$0.subject, $0.problem, $0.expected ?? "", $0.remedy ?? ""].map { .string($0) })
        }),
    ]
  }

  /// Reads what `settings` wrote; nil for anything else, and for what is not of these tables.
  init?(_ settings: SettingValue?, tables: [TableFile]) {
    guard case .object(let members) = settings, let scan = members["scan"],
      let preprocessing = members["preprocessing"], let fitted = members["fitted"],
      let rows = members["rows"], case .integer(let skipped) = members["skipped"],
      case .array(let examples) = members["examples"],
      let scan = try? TableScan(settings: scan),
      let preprocessing = try? Preprocessing(settings: preprocessing, path: "what was kept"),
      let fitted = try? Normalization(settings: fitted, path: "what was kept")
    else { return nil }
    let names = preprocessing.columns.map(\.name) + preprocessing.target.names
    guard scan.sizes.count == tables.count, rows.integers.count == tables.count,
      names.allSatisfy({ scan.all[$0] != nil && scan.learned[$0] != nil }),
      preprocessing.columns.allSatisfy({ Set(tables[0].names).contains($0.name) })
    else { return nil }
    self.init(
      scan: scan, preprocessing: preprocessing, fitted: fitted, rows: rows.integers,
      skipped: SkippedRows(count: skipped, examples: examples.compactMap(Self.example)))
  }

  private static func example(_ value: SettingValue) -> ConversionError? {
    guard case .array(let values) = value else { return nil }
    let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    guard texts.count == 4 else { return nil }
    return ConversionError(
      subject: texts[0], problem: texts[1], expected: texts[2].isEmpty ? nil : texts[2],
      remedy: texts[3].isEmpty ? nil : texts[3])
  }
}
