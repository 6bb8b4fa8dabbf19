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

  /// A column of a table, or all features of a source of arrays.
  public struct Column: Sendable, Equatable {
    /// The type of a target that is a class.
    static let classType = "class"

    public var name: String
    /// "number", "boolean", "category with 3 values", …
    public var type: String
    public var missing: Int
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

extension Audit.Column {
  fileprivate var settings: SettingValue {
    var members: [String: SettingValue] = [
      "name": .string(name), "type": .string(type), "missing": .integer(missing),
    ]
    for (key, value) in [
      ("least", least), ("greatest", greatest), ("mean", mean), ("deviation", deviation),
    ] {
      members[key] = value.map { .number($0) }
    }
    return .object(members)
  }
}
