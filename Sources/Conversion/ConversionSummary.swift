import Datasets
import HDF5

/// What a conversion wrote.
public struct ConversionSummary: Sendable, Equatable {
  public var output: String
  /// Bytes of the file.
  public var byteCount: Int
  public var rows: [SplitName: Int]
  /// A row's shape, without the rows.
  public var featureShape: [Int]
  /// Types as stored.
  public var featureType: ElementType
  public var targetType: ElementType
  public var targets: TargetSchema
  public var classNames: [String]?
  /// Rows of each class in each split; empty when targets are values.
  public var classCounts: [SplitName: [Int]]
  /// How rows are compressed, if a sample of them decided it.
  public var compression: CompressionChoice?
  public var normalization: Normalization
  public var fingerprint: String
  /// What the user should know of how sources were read.
  public var notes: [String] = []
  /// Bad rows that were left out, and the first few with their reasons.
  public var skippedRows = 0
  public var skippedExamples: [ConversionError] = []
  public var audit: Audit
}
