import Datasets

/// Where rows go as they are read.
protocol RowStore: AnyObject {
  /// Nil where rows do not outlive an interruption.
  var marks: Marks? { get }

  /// Takes the rows at some places of a band.
  func append(_ places: [Int], of band: OutputBand, to split: SplitName) throws(ConversionError)

  /// Memory for the features of rows that are appended to a split in their order, all of them; nil where
  /// they are copied.
  func featureMemory(of split: SplitName) -> FeatureMemory?

  /// Makes what came so far last, once it is on the disk; more may come meanwhile.
  /// - Parameter mark: where reading stands.
  func keep(_ mark: ReadingMark) throws(ConversionError)
}
