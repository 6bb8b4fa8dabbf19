/// Names in a dataset file of Lockstep's.
enum FileFormat {
  static let name = "lockstep-dataset"
  /// Raised when older programs would misread a file.
  static let version = 1

  enum Column: String, CaseIterable {
    case features, targets, weights
    /// The row's number in its source.
    case row

    /// The dataset beside it that holds a CRC-32 for each so many rows, as `rowsPerChecksum` says.
    var checksums: String { rawValue + "_crc32" }
  }

  /// An attribute of the checksums.
  static let rowsPerChecksum = "rows_per_checksum"

  /// Attributes of the root group.
  enum Attribute {
    static let format = "format"
    static let version = "format_version"
    static let classes = "classes"
    static let classNames = "class_names"
    static let featureNames = "feature_names"
    /// `none`, `uniform` or `per_feature`; a stored value v means v·scale + shift.
    static let normalization = "normalization"
    static let scale = "normalization_scale"
    static let shift = "normalization_shift"
    static let source = "source"
    static let fingerprint = "fingerprint"
    /// JSON.
    static let preprocessing = "preprocessing"
    static let audit = "audit"
  }
}
