import Datasets

/// What a conversion wrote.
public struct ConversionSummary: Sendable, Equatable {
  public var output: String
  /// Bytes of the file.
  public var byteCount: Int
  public var rows: [SplitName: Int]
  /// A row's shape, without the rows.
  public var featureShape: [Int]
  /// Element types as stored: "uint8".
  public var featureType: String
  public var targetType: String
  public var targets: TargetSchema
  public var classNames: [String]?
  /// Rows of each class in each split; empty when targets are values.
  public var classCounts: [SplitName: [Int]]
  public var normalization: Normalization
  public var fingerprint: String
}

/// How far a conversion is.
public struct ConversionProgress: Sendable, Equatable {
  public var rowsDone: Int
  public var rowsTotal: Int
}
