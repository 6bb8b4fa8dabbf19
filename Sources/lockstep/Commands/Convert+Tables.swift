import Conversion
import Datasets
import Settings

/// The options of `lockstep convert` for text tables.
extension Convert {
  static let tables = OptionGroup(
    title: "Text tables",
    options: [
      target, columns, drop, categorical, numeric, task, encode, missing, impute, missingIndicator,
      scale, like, delimiter, decimal, header, skipLines,
    ])

  private static let target = Option(
    "target", .names("NAME,…"),
    "The column that is to be learned, or several of them. Columns without a header are called by "
      + "their numbers, from 1.")
  private static let columns = Option(
    "columns", .names("NAME,…"), "The columns that are features. Default: all others.")
  private static let drop = Option("drop", .names("NAME,…"), "Columns to leave out.")
  private static let categorical = Option(
    "categorical", .names("NAME,…"),
    "Columns whose values are categories, also where they are numbers.")
  private static let numeric = Option(
    "numeric", .names("NAME,…"), "Columns that are numbers: any other value is an error.")
  private static let task = Option(
    "task", .choice(of: Task.self),
    "What the target is. Default: words, and whole numbers of at most 100 kinds, are classes. Targets "
      + "of arrays are what their type says: one integer a row is a class, all else is values.")
  private static let encode = Option(
    "encode", .choice(of: TableOptions.Encoding.self),
    "Make a category a feature of 0 or 1 for each (onehot), or one that is its number (index). "
      + "Default: onehot.")
  private static let missing = Option(
    "missing", .names("WORD,…"),
    "More words that stand for missing values, besides those of pandas (NA, NaN, null, nothing, …)."
  )
  private static let impute = Option(
    "impute",
    .text("mean|median|NUMBER|refuse", "mean, median, a number, or refuse") { text in
      imputation(of: text) == nil ? nil : .string(text)
    },
    "What stands in for missing values, found from the rows that are learned from; missing "
      + "categories become one of their own. Default: refuse, they are an error.")
  private static let missingIndicator = Option(
    "missing-indicator", .flag,
    "Add a feature of 0 or 1 for each column with missing values that says where.")
  private static let scale = Option(
    "scale", .choice(of: TableOptions.Scaling.self),
    "Scale numbers as rows are read in training: to mean 0 and deviation 1 (standardize), to 0…1 "
      + "(minmax), to median 0 and interquartile range 1 (robust), as found from the rows that are "
      + "learned from. Default: none.")
  private static let like = Option(
    "like", .path("FILE.h5"),
    "Do to columns what was done for this dataset, checkpoint or run: the same columns, categories, "
      + "stand-ins and scaling.")
  private static let delimiter = Option(
    "delimiter",
    .text("CHARACTER", "one character, or tab") { text in
      delimiter(of: text) == nil ? nil : .string(text)
    }, "What stands between fields. Default: the comma, tab, semicolon or bar that is found there.")
  private static let decimal = Option(
    "decimal", .choice([".", ","]), "What stands before the decimals of a number. Default: a point."
  )
  private static let header = Option(
    "header", .choice(["yes", "no"]),
    "Whether the first line has the columns' names. Default: yes, if no field of it is a number.")
  private static let skipLines = Option(
    "skip-lines", .integer(0...1_000_000), "Lines before the table. Default: 0.")

  static func tableOptions(_ arguments: Arguments) throws -> TableOptions {
    var options = TableOptions()
    options.targets = arguments.names(target) ?? []
    options.columns = arguments.names(columns)
    options.dropped = arguments.names(drop) ?? []
    options.categorical = arguments.names(categorical) ?? []
    options.numeric = arguments.names(numeric) ?? []
    options.task = arguments.choice(task, of: Task.self)
    options.missing = arguments.names(missing) ?? []
    options.marksMissing = arguments.has(missingIndicator)
    options.hasHeader = arguments.text(header).map { $0 == "yes" }
    options.delimiter = arguments.text(delimiter).flatMap(delimiter(of:))
    if let encoding = arguments.choice(encode, of: TableOptions.Encoding.self) {
      options.encoding = encoding
    }
    if let text = arguments.text(impute), let imputation = imputation(of: text) {
      options.imputation = imputation
    }
    if let scaling = arguments.choice(scale, of: TableOptions.Scaling.self) {
      options.scaling = scaling
    }
    if let point = arguments.text(decimal)?.utf8.first { options.decimalPoint = point }
    if let lines = arguments.integer(skipLines) { options.skippedLines = lines }
    guard options.delimiter != options.decimalPoint else {
      throw UsageError("--delimiter and --decimal are the same character; expected two")
    }
    if arguments.has(like) {
      for option in [target, columns, drop, categorical, numeric, task, encode, impute, scale]
      where arguments.has(option) {
        throw UsageError("\(option.flag) is given with --like, which says it already; give one")
      }
    }
    return options
  }

  /// What was done for the file that `--like` names.
  static func recipe(_ arguments: Arguments) throws -> TableRecipe? {
    try arguments.text(like).map { try StoredRecipe.find($0) }
  }

  private static func imputation(of text: String) -> TableOptions.Imputation? {
    switch text {
    case "refuse": .refuse
    case "mean": .mean
    case "median": .median
    default: Double(text).flatMap { abs($0) <= 3.4e38 ? .constant($0) : nil }
    }
  }

  private static func delimiter(of text: String) -> UInt8? {
    if ["tab", "\\t"].contains(text) { return UInt8(ascii: "\t") }
    guard text.utf8.count == 1, let byte = text.utf8.first, !"\"\n\r".utf8.contains(byte) else {
      return nil
    }
    return byte
  }
}
