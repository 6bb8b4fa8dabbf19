import Datasets

/// How the columns of a table become features and targets: fitted on training data, stored with the
/// dataset and with what is trained on it, and applied to new data as it was to those.
public struct Preprocessing: Sendable, Equatable {
  /// A column that becomes one feature or several.
  struct Column: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
      case number
      /// A word for no and one for yes: 0 and 1.
      case boolean
      /// One of these words.
      case category([String])
    }

    var name: String
    var kind: Kind
    /// Whether categories are numbered, instead of a feature of 0 or 1 for each.
    var isIndexed = false
    /// What stands in for a missing value: a number, or a category's index. Nil refuses.
    var imputed: Double?
    /// Whether a feature says where the value was missing.
    var marksMissing = false

    /// The names of its features.
    var featureNames: [String] {
      var names: [String] =
        if case .category(let words) = kind, !isIndexed { words.map { "\(name)=\($0)" } } else {
          [name]
        }
      if marksMissing { names.append("\(name) missing") }
      return names
    }
  }

  struct Target: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
      /// The words that are the classes.
      case classes([String])
      /// The numbers that are the classes.
      case listedClasses([Int])
      /// The number is the class, below so many.
      case numberedClasses(Int)
      case values
    }

    /// One column, or several of values.
    var names: [String]
    var kind: Kind
  }

  var columns: [Column]
  var target: Target
  /// Words that stand for missing values besides the common ones.
  var missing: [String]
  var decimalPoint: UInt8
  /// Whether columns have names; without, they go by their place.
  var hasHeader: Bool
  /// How many columns the table has.
  var tableColumns: Int

  var featureNames: [String] { columns.flatMap(\.featureNames) }
  var featureCount: Int { columns.reduce(0) { $0 + $1.featureNames.count } }

  /// The words for no and yes.
  static let booleanWords = [
    ["false", "False", "FALSE", "no", "No", "NO"], ["true", "True", "TRUE", "yes", "Yes", "YES"],
  ]
}

/// All that makes rows of a network's input out of those of a table.
public struct TableRecipe: Sendable, Equatable {
  public var preprocessing: Preprocessing
  public var normalization: Normalization

  public init(preprocessing: Preprocessing, normalization: Normalization) {
    self.preprocessing = preprocessing
    self.normalization = normalization
  }
}
