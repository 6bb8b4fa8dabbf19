import HDF5
import Settings

/// What the rows of a dataset file are made of, and how many each split has.
public struct DatasetSchema: Sendable, Equatable {
  /// A row's shape, without the rows.
  public var featureShape: [Int]
  public var featureType: ElementType
  /// Empty for one number a row, else one extent: the outputs.
  public var targetShape: [Int]
  /// Nil for rows without targets: for prediction alone.
  public var targetType: ElementType?
  public var hasWeights: Bool
  /// At least 1 for each split that is there.
  public var rows: [SplitName: Int]

  public init(
    featureShape: [Int], featureType: ElementType, targetShape: [Int] = [],
    targetType: ElementType?, hasWeights: Bool = false, rows: [SplitName: Int]
  ) {
    self.featureShape = featureShape
    self.featureType = featureType
    self.targetShape = targetShape
    self.targetType = targetType
    self.hasWeights = hasWeights
    self.rows = rows
  }

  /// Bytes of a row of features, and of targets.
  var featureBytes: Int { featureShape.reduce(featureType.byteCount, *) }
  var targetBytes: Int { targetType.map { targetShape.reduce($0.byteCount, *) } ?? 0 }

  /// Whether a split has more rows than training keeps in memory, if it is not told otherwise.
  package var isReadInWindows: Bool {
    rows.values.contains { $0 * featureBytes > ShuffleGeometry.fullBytes }
  }
}

/// What a dataset file says about its rows besides their shapes.
public struct DatasetInformation: Sendable, Equatable {
  /// Classes are numbered below this; nil when targets are values.
  public var classCount: Int?
  public var classNames: [String]?
  public var featureNames: [String]?
  /// Nil leaves it to the reader: `Normalization.fitting`.
  public var normalization: Normalization?
  /// Where the rows came from, in words.
  public var source: String?
  /// How features and targets were made of a table's columns: what has to be done to new data.
  public var preprocessing: SettingValue?
  /// What the conversion found out about the data.
  public var audit: SettingValue?

  public init(
    classCount: Int? = nil, classNames: [String]? = nil, featureNames: [String]? = nil,
    normalization: Normalization? = nil, source: String? = nil,
    preprocessing: SettingValue? = nil, audit: SettingValue? = nil
  ) {
    self.classCount = classCount
    self.classNames = classNames
    self.featureNames = featureNames
    self.normalization = normalization
    self.source = source
    self.preprocessing = preprocessing
    self.audit = audit
  }
}
