/// How far a conversion is.
public enum ConversionProgress: Sendable, Equatable {
  /// A pass over the sources before their rows are read, or over what was written of them after it; or
  /// all of an export.
  case pass(Pass)
  /// Each row is read once and written once.
  case rows(read: Int, written: Int, total: Int)

  /// A pass of a conversion, from nothing done to all done.
  public struct Pass: Sendable, Equatable {
    /// What it is for.
    public enum Work: Sendable, Equatable, CaseIterable {
      /// What can be read only once goes to a working file.
      case copying
      /// What cannot be read at any place goes to a working file, decompressed.
      case decompressing
      /// Finds the files of folders.
      case listing
      /// Finds what the sources hold: a table's columns, numbers' types, the sizes of images.
      case examining
      /// Counts rows, or the good ones.
      case counting
      /// Finds what rows are drawn by for other splits.
      case splitting
      /// Finds what stands in for missing values, and scaling.
      case fitting
      /// Counts the numbers of columns that are far off.
      case countingOutliers
      /// Finds rows that are there more than once.
      case searchingDuplicates
      /// Writes rows in another format than a dataset file's.
      case exporting
    }

    public enum Unit: Sendable, Equatable {
      /// Bytes of files on the disk, compressed if they are; of a member of an archive, decompressed.
      case bytes
      case files
      case rows
    }

    public var work: Work
    /// The source that is read at the moment; nil where it is none.
    public var source: String?
    public var unit: Unit
    /// Of all sources of the pass together; never less than before.
    public var done: Int
    /// Nil where it is not known beforehand.
    public var total: Int?
  }
}
