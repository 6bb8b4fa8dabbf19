import Datasets

/// What to convert, and how.
public struct ConversionOptions: Sendable, Equatable {
  public enum Shuffle: String, Sendable, CaseIterable {
    /// Rows stay in the order of their source.
    case none
    /// The rows of `train` are shuffled once, so that sorted sources train well from any window.
    case full
  }

  /// The sources of each split. For IDX and NPY: features, then targets, and
  /// more such pairs as needed.
  public var sources: [SplitName: [String]]
  /// Of the sources; nil for what their content says.
  public var format: SourceFormat?
  /// In sources that hold several arrays, the names of those of features and targets; nil for what
  /// usual names say.
  public var features: String?
  public var targets: String?
  public var weights: String?
  /// The size that images are brought to, and how; nil where all have one size.
  public var imageSize: ImageSize?
  public var imageFit = ImageFit.crop
  public var output: String
  /// Whether a file named `output` may be replaced.
  public var replacesExisting = false
  /// Whether a conversion that was interrupted is gone on with, if there was one.
  public var resumes = false
  /// Whether what was done is kept beside the output for that.
  public var isResumable = true
  /// Parts of the rows of `train`, drawn at random, that become the other splits. Each from 0 up
  /// to but not including 1, and so their sum.
  public var validationFraction = 0.0
  public var testFraction = 0.0
  /// Whether each class has the same part in drawn splits.
  public var stratifies = false
  /// The column of a table whose equal values stay together in one split.
  public var groupBy: String?
  /// The column of a table by which the latest rows become test, those before them validation.
  public var timeOrder: String?
  public var shuffle = Shuffle.full
  /// Decides the shuffle and the drawn splits.
  public var seed: UInt64 = 0
  public var storage = StorageOptions()
  /// Whether the compression is chosen by what it does to a sample of the rows.
  public var choosesCompression = false
  /// Bytes of memory that a conversion takes, about, beside those of a `SplitPlan`: what does not fit
  /// goes to a file.
  public var memoryBudget = 512 << 20
  /// Whether rows that are there more than once are searched.
  public var searchesDuplicates = true
  /// Whether what the audit finds is an error.
  public var isStrict = false
  /// Whether bad rows and images are left out, counted and told, and no error.
  public var skipsBadRows = false
  /// How text tables are read.
  public var table = TableOptions()
  /// How the table was made that new data are to be like.
  public var like: TableRecipe?
  /// Whether targets are read; otherwise each is 0, and tables need not have their columns.
  public var readsTargets = true
  /// Names of the classes, the first one that of class 0.
  public var classNames: [String]?

  public init(sources: [SplitName: [String]], output: String) {
    self.sources = sources
    self.output = output
  }

  /// Rows of more bytes wait in a file, which is kept when the conversion is interrupted; nil for what
  /// the memory allows.
  var keptRowBytes: Int?

  /// A shuffle in memory holds rows twice, among other things.
  var mostRowBytesInMemory: Int { keptRowBytes ?? memoryBudget / 4 }

  /// Tables of so many bytes may be taken for what they start like, which is checked on the way.
  var leastPresumedBytes = 8 << 20

  /// Bytes of a table that are read at once.
  var tablePieceBytes = 16 << 20

  /// How rows of train are drawn for other splits, in words.
  var drawWords: String {
    if stratifies { return "drawn at random from each class" }
    if let groupBy { return "whole groups by \(groupBy), drawn at random" }
    if let timeOrder { return "the latest by \(timeOrder)" }
    return "drawn at random"
  }

  /// Whether what rows are split by has to be read first.
  var hasSplitKeys: Bool { stratifies || groupBy != nil || timeOrder != nil }
}
