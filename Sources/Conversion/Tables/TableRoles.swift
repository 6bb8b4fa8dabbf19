/// Which columns of a table are what, by name.
struct TableRoles {
  let features: [String]
  let targets: [String]
  let group: String?
  let time: String?

  /// What is scanned: features, then targets.
  var scanned: [String] { features + targets }

  /// - Parameter file: whose columns these are.
  init(_ file: TableFile, _ options: ConversionOptions) throws(ConversionError) {
    let table = options.table
    let known = Set(file.names)
    for (option, names) in [
      ("--target", table.targets), ("--columns", table.columns ?? []), ("--drop", table.dropped),
      ("--categorical", table.categorical), ("--numeric", table.numeric),
      ("--group-by", options.groupBy.map { [$0] } ?? []),
      ("--time-order", options.timeOrder.map { [$0] } ?? []),
    ] {
      for name in names where !known.contains(name) {
        throw ConversionError(
          option: option, problem: "names \"\(name)\", which \(file.path) has not",
          expected: Self.list(file))
      }
      guard Set(names).count == names.count else {
        throw ConversionError(option: option, problem: "names a column twice")
      }
    }
    guard !table.targets.isEmpty else {
      throw ConversionError(
        option: "--target", problem: "is missing: \(file.path) is a table",
        expected: "the column that is to be learned", remedy: "it has " + Self.list(file))
    }
    for name in table.categorical where table.numeric.contains(name) {
      throw ConversionError(
        option: "--categorical and --numeric", problem: "both name \"\(name)\"",
        expected: "one of them")
    }
    for name in table.targets where table.dropped.contains(name) || options.groupBy == name {
      throw ConversionError(
        option: "--target", problem: "names \"\(name)\", which another option takes away",
        expected: "a column that is there to be learned")
    }
    let taken = Set(
      table.targets + table.dropped + [options.groupBy, options.timeOrder].compactMap { $0 })
    let wanted = Set(table.columns ?? file.names)
    features = file.names.filter { wanted.contains($0) && !taken.contains($0) }
    targets = table.targets
    group = options.groupBy
    time = options.timeOrder
    guard !features.isEmpty else {
      throw ConversionError(
        subject: file.path, problem: "has no column left to learn from",
        expected: "features besides \(Self.quoted(table.targets))")
    }
  }

  /// The roles that columns of new data have, to become what others became.
  init(
    _ file: TableFile, _ like: Preprocessing, needsTargets: Bool
  ) throws(ConversionError) {
    if !like.hasHeader {
      // Columns go by their place, so that only targets behind the others may be left out.
      let last = (0..<like.target.names.count).map { String(like.tableColumns - $0) }
      let mayMiss = !needsTargets && Set(last) == Set(like.target.names)
      guard
        file.names.count == like.tableColumns
          || (mayMiss && file.names.count == like.tableColumns - last.count)
      else {
        throw ConversionError(
          subject: file.path, problem: "has \(file.names.count) columns",
          expected: "\(like.tableColumns), as the data that was learned from had")
      }
    }
    for name in like.columns.map(\.name) + (needsTargets ? like.target.names : []) {
      guard file.names.contains(name) else {
        throw ConversionError(
          subject: file.path, problem: "has no column \"\(name)\"",
          expected: "the columns of the data that was learned from",
          remedy: "it has "
            + Self.list(file))
      }
    }
    features = like.columns.map(\.name)
    targets = needsTargets ? like.target.names : []
    group = nil
    time = nil
  }

  /// "the columns "a", "b", …"
  private static func list(_ file: TableFile) -> String {
    let few = file.names.prefix(30)
    let columns = few.count == 1 ? "the column " : "the columns "
    return columns + quoted(Array(few)) + (few.count < file.names.count ? ", …" : "")
      + (file.hasHeader ? "" : " (numbered, for want of a header)")
  }

  private static func quoted(_ names: [String]) -> String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}
