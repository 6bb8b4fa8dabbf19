import Datasets

/// How text tables are read, and what their columns become.
public struct TableOptions: Sendable, Equatable {
  public enum Encoding: String, Sendable, CaseIterable {
    /// A feature of 0 or 1 for each category.
    case onehot
    /// One feature, the category's number.
    case index
  }

  public enum Imputation: Sendable, Equatable {
    /// A missing value is an error.
    case refuse
    /// Of the column's values in the rows that are learned from.
    case mean
    case median
    case constant(Double)
  }

  public enum Scaling: String, Sendable, CaseIterable {
    case none
    /// To mean 0 and standard deviation 1.
    case standardize
    /// To 0…1.
    case minmax
    /// To median 0 and interquartile range 1.
    case robust
  }

  /// Nil for what the table's first lines show.
  public var delimiter: UInt8?
  public var decimalPoint = UInt8(ascii: ".")
  /// Whether the first line has the columns' names; nil for what it looks like.
  public var hasHeader: Bool?
  /// Lines before the table.
  public var skippedLines = 0
  /// More words that stand for missing values.
  public var missing: [String] = []
  /// Names of columns, or without a header their numbers from 1.
  public var targets: [String] = []
  /// The columns that are features; nil for all that are nothing else.
  public var columns: [String]?
  public var dropped: [String] = []
  public var categorical: [String] = []
  public var numeric: [String] = []
  public var encoding = Encoding.onehot
  public var imputation = Imputation.refuse
  /// Whether each column with missing values gets a feature that says where.
  public var marksMissing = false
  public var scaling = Scaling.none
  /// What the targets are, where their look should not decide.
  public var task: Task?

  public init() {}

  /// Reads what stands for missing values, numbers and names as in the data that was learned from.
  mutating func follow(_ like: Preprocessing) {
    missing = like.missing
    decimalPoint = like.decimalPoint
    hasHeader = like.hasHeader
  }
}
