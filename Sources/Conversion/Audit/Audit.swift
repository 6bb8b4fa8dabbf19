import Datasets
import Settings

/// What a conversion found out about the data, and what it changed: printed, stored with the rows,
/// and shown again by `inspect`.
public struct Audit: Sendable, Equatable {
  /// Something that the user may not expect, or not want.
  public struct Finding: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
      case duplicates, leakage, constant, nearlyConstant, outlier, imbalance, skippedRows, precision
    }

    public var kind: Kind
    public var text: String
  }

  /// A row that is there more than once, by its number in the dataset `row`.
  public struct Duplicate: Sendable, Equatable {
    public var split: SplitName
    public var row: Int
    /// The one before it that it is equal to.
    public var otherSplit: SplitName
    public var otherRow: Int

    /// Whether both are of the same split, and of one kind: equal within it, or to one of another.
    func isLike(_ other: Duplicate) -> Bool {
      split == other.split && (split == otherSplit) == (other.split == other.otherSplit)
    }
  }

  /// A column of a table or of an array of rows, or all features of wider sources.
  public struct Column: Sendable, Equatable {
    /// The type of a target that is a class.
    static let classType = "class"

    public var name: String
    /// "number", "boolean", "category with 3 values", …
    public var type: String
    public var missing: Int
    /// NaN, infinite, or beyond a float's range: in rows that were left out. Nil where they were not
    /// counted.
    public var nonFinite: Int?
    /// Values far off from the mean; nil where they were not counted.
    public var outliers: Int?
    /// Of numbers.
    public var least: Double?
    public var greatest: Double?
    public var mean: Double?
    public var deviation: Double?
  }

  public var columns: [Column] = []
  /// Rows that are equal to one before them in the same split; nil where that was not searched.
  public var duplicates: [SplitName: Int]?
  /// Rows of a split that are in one before it, too: train, then validation.
  public var leaked: [SplitName: Int] = [:]
  /// A few of both.
  public var duplicateExamples: [Duplicate] = []
  /// Features with one value in all rows of `train`, by their index.
  public var constantFeatures: [Int] = []
  public var findings: [Finding] = []
  /// What was done to the data, a sentence each.
  public var changes: [String] = []
}

extension Audit {
  public var settings: SettingValue {
    var members: [String: SettingValue] = [
      "columns": .array(columns.map(\.settings)),
      "constantFeatures": .array(constantFeatures.map { .integer($0) }),
      "leaked": Self.settings(leaked),
      "duplicateExamples": .array(duplicateExamples.map(\.settings)),
      "findings": .array(
        findings.map { ["kind": .string($0.kind.rawValue), "text": .string($0.text)] }),
      "changes": .array(changes.map { .string($0) }),
    ]
    members["duplicates"] = duplicates.map(Self.settings)
    return .object(members)
  }

  private static func settings(_ rows: [SplitName: Int]) -> SettingValue {
    .object(
      Dictionary(uniqueKeysWithValues: rows.map { ($0.key.rawValue, .integer($0.value)) }))
  }
}

extension Audit.Duplicate {
  fileprivate var settings: SettingValue {
    [
      "split": .string(split.rawValue), "row": .integer(row),
      "otherSplit": .string(otherSplit.rawValue), "otherRow": .integer(otherRow),
    ]
  }
}

extension Audit.Column {
  fileprivate var settings: SettingValue {
    var members: [String: SettingValue] = [
      "name": .string(name), "type": .string(type), "missing": .integer(missing),
    ]
    members["nonFinite"] = nonFinite.map { .integer($0) }
    members["outliers"] = outliers.map { .integer($0) }
    for (key, value) in [
      ("least", least), ("greatest", greatest), ("mean", mean), ("deviation", deviation),
    ] {
      members[key] = value.map { .number($0) }
    }
    return .object(members)
  }
}
