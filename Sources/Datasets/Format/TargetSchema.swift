/// What a row's target is.
public enum TargetSchema: Sendable, Equatable {
  /// A class, numbered from 0: classification.
  case classes(Int)
  /// So many numbers: regression, several yes-or-no labels, or a distribution over classes; 0
  /// where only the features are read.
  case values(Int)

  /// More classes than this are taken for a mistake: numbers that are no class indices.
  package static let mostClasses = 1 << 24

  /// The number of outputs of a network for it.
  public var outputs: Int {
    switch self {
    case .classes(let count), .values(let count): count
    }
  }
}

/// What the targets of a file are taken for, where their type does not say what the user means.
public enum Task: String, Sendable, CaseIterable {
  /// Whole numbers are classes, also when they are stored as floats.
  case classification
  /// Numbers are values, also when they are stored as integers.
  case regression
}
