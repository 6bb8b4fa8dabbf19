import Datasets

/// Tells from what a column is like what it is.
enum ColumnInference {
  /// A number with at most so many different values may be a class.
  static let mostNumberedClasses = 100

  enum Kind: Equatable {
    case number, boolean
    case category
    /// Numbers and words: it has to be looked at again as words.
    case undecided
  }

  /// What a feature's column is.
  static func kind(
    of scan: ColumnScan, name: String, path: String, _ options: TableOptions
  ) throws(ConversionError) -> Kind {
    if options.numeric.contains(name) { return .number }
    guard scan.values + scan.nonFinite > 0 else {
      throw ConversionError(
        subject: path, problem: "column \"\(name)\" has no values",
        remedy: "leave it out: --drop \"\(name)\"")
    }
    if scan.wishes.isCategorical {
      try checkCategories(scan, name: name, path: path, isAsked: true)
      return .category
    }
    if scan.wordCount == 0 { return .number }
    if scan.numbers.count > 0 {
      // A few words among numbers are mistakes, each told in its place.
      return scan.numbers.count >= 9 * scan.wordCount ? .number : .undecided
    }
    let booleans = Preprocessing.booleanWords.joined()
    if scan.hasAllWords, scan.words.keys.allSatisfy(booleans.contains) { return .boolean }
    try checkCategories(scan, name: name, path: path, isAsked: options.categorical.contains(name))
    return .category
  }

  private static func checkCategories(
    _ scan: ColumnScan, name: String, path: String, isAsked: Bool
  ) throws(ConversionError) {
    if isAsked {
      guard scan.hasAllWords else {
        throw ConversionError(
          subject: path,
          problem: "column \"\(name)\" has more than \(ColumnScan.mostCategories) different "
            + "categories, or one longer than \(ColumnScan.mostWordBytes) bytes",
          remedy: "leave it out: --drop \"\(name)\"")
      }
      return
    }
    let isText = scan.words.count > 20 && 2 * scan.words.count > scan.wordCount
    guard scan.hasAllWords, !isText else {
      let example = scan.words.keys.min() ?? ""
      throw ConversionError(
        subject: path,
        problem: "column \"\(name)\" is text: it has "
          + (scan.hasAllWords ? "\(scan.words.count)" : "more than \(scan.words.count)")
          + " different values, such as \(TableReader.quoted(example))",
        expected: "numbers, or a few categories",
        remedy: "leave it out with --drop \"\(name)\", or say --categorical \"\(name)\"")
    }
  }

  /// What the target is. With words or numbers as classes, these are of `learned`.
  static func target(
    _ names: [String], all: [String: ColumnScan], learned: [String: ColumnScan], path: String,
    task: Task?
  ) throws(ConversionError) -> Preprocessing.Target {
    guard names.count == 1 else {
      for name in names where all[name]!.wordCount > 0 {
        throw ConversionError(
          subject: path,
          problem: "the target column \"\(name)\" has words, such as "
            + TableReader.quoted(all[name]!.words.keys.min() ?? ""),
          expected: "numbers, as there are several targets")
      }
      guard task != .classification else {
        throw ConversionError(
          option: "--task", problem: "is classification, and there are \(names.count) targets",
          expected: "one target column, with the class")
      }
      return Preprocessing.Target(names: names, kind: .values)
    }
    let (name, scan) = (names[0], learned[names[0]] ?? all[names[0]]!)
    guard scan.values > 0 else {
      throw ConversionError(
        subject: path, problem: "the target column \"\(name)\" has no values")
    }
    if scan.wordCount > 0, scan.numbers.count == 0 {
      guard task != .regression else {
        throw ConversionError(
          subject: path,
          problem: "the target column \"\(name)\" has words, such as "
            + TableReader.quoted(scan.words.keys.min() ?? ""),
          expected: "numbers, as --task is regression")
      }
      guard scan.hasAllWords else {
        throw ConversionError(
          subject: path,
          problem: "the target column \"\(name)\" is text: it has too many different "
            + "values to be classes", expected: "at most \(scan.words.count) classes")
      }
      return Preprocessing.Target(names: names, kind: .classes(scan.words.keys.sorted()))
    }
    let isClasses: Bool =
      switch task {
      case .regression: false
      case .classification: true
      case nil: scan.isInteger && scan.differentNumbers.count <= mostNumberedClasses
      }
    guard isClasses else { return Preprocessing.Target(names: names, kind: .values) }
    guard scan.isInteger else {
      throw ConversionError(
        subject: path,
        problem: "the target column \"\(name)\" has numbers that are not whole",
        expected: "whole numbers or words, as --task is classification")
    }
    let numbers = scan.differentNumbers.sorted()
    if scan.least >= 0, scan.greatest < Double(2 * max(1, numbers.count)) {
      return Preprocessing.Target(names: names, kind: .numberedClasses(Int(scan.greatest) + 1))
    }
    guard numbers.count <= mostNumberedClasses else {
      guard scan.least >= 0, scan.greatest < Double(TargetSchema.mostClasses) else {
        throw ConversionError(
          subject: path,
          problem: "the target column \"\(name)\" has more than \(mostNumberedClasses) different "
            + "numbers, from \(scan.least.text) to \(scan.greatest.text)",
          expected: "classes, as --task is classification")
      }
      return Preprocessing.Target(names: names, kind: .numberedClasses(Int(scan.greatest) + 1))
    }
    return Preprocessing.Target(names: names, kind: .listedClasses(numbers.map { Int($0) }))
  }
}
