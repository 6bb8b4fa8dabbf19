import Datasets
import Settings

/// Collects what the columns of a table are like while its rows are written, where they were taken for
/// numbers from how the table starts.
final class Presumption {
  /// Of the numbers of a row that columns are.
  let blank: [ColumnScan]
  private let names: [String]
  private var all: [ColumnScan]
  private var learned: [ColumnScan]
  private var learnedSplit: SplitName?
  /// Whether the table is not what it was taken for.
  var isWrong = false

  init(_ roles: TableRoles, _ start: TableScan) {
    names = roles.scanned
    blank = names.map { ColumnScan(start.all[$0]!.wishes) }
    all = blank
    learned = blank
  }

  /// Adds what the rows of a block are like.
  func add(_ scans: [ColumnScan], from table: TableSet.Table) {
    // Tables are read in the order of their splits, the one that is learned from first.
    let split = learnedSplit ?? table.split
    learnedSplit = split
    for (index, scan) in scans.enumerated() {
      all[index].add(scan)
      if table.split == split { learned[index].add(scan) }
    }
  }

  /// What was found so far.
  var settings: SettingValue {
    [
      "all": .array(all.map(\.settings)), "learned": .array(learned.map(\.settings)),
      "split": learnedSplit.map { .string($0.rawValue) } ?? .null,
    ]
  }

  /// Takes up what `settings` says.
  func restore(_ settings: SettingValue) throws(ConversionError) {
    guard case .object(let members) = settings, case .array(let all) = members["all"],
      case .array(let learned) = members["learned"], all.count == names.count,
      learned.count == names.count,
      let scans = try? all.map(ColumnScan.init(settings:)),
      let learnedScans = try? learned.map(ColumnScan.init(settings:))
    else { throw WorkingFolder.damaged }
    (self.all, self.learned) = (scans, learnedScans)
    if case .string(let split) = members["split"] { learnedSplit = SplitName(rawValue: split) }
  }

  func scan(sizes: [TableReader.Size]) -> TableScan {
    TableScan(
      all: Dictionary(uniqueKeysWithValues: zip(names, all)),
      learned: Dictionary(uniqueKeysWithValues: zip(names, learned)), sizes: sizes)
  }
}
