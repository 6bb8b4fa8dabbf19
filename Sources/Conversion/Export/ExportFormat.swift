import Datasets

/// What rows are written as, for programs that do not read HDF5.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// A line for each row, with a header.
  case csv
  /// NumPy's arrays, each in a file of its own.
  case npy
  /// NumPy's arrays in one archive.
  case npz
}

/// Which rows to write, and where.
public struct ExportOptions: Sendable, Equatable {
  /// A dataset file, or a file of predictions.
  public var source: String
  public var format: ExportFormat
  public var output: String
  /// Whether a file named `output` may be replaced.
  public var replacesExisting = false
  /// Nil for the only one there is; an NPZ archive takes all of them.
  public var split: SplitName?
  /// The datasets to use, if the file does not have Lockstep's layout.
  public var features: String?
  public var targets: String?

  public init(source: String, format: ExportFormat, output: String) {
    self.source = source
    self.format = format
    self.output = output
  }
}

/// What was written.
public struct ExportSummary: Sendable, Equatable {
  /// The files, the first of them `output`.
  public var outputs: [String]
  /// Rows of all splits that were written.
  public var rows: Int
}
