import Kernels

/// A dataset file, opened and checked: everything about it but the rows, which `load` reads.
public final class Dataset: Sendable {
  public let path: String
  /// The splits the file has, with the rows of each.
  public let splits: [SplitName: Int]
  /// A row's shape, without the rows.
  public let featureShape: [Int]
  public let targets: TargetSchema
  public let classNames: [String]?
  public let featureNames: [String]?
  public let normalization: Normalization
  /// Where the rows came from, in words.
  public let source: String?
  /// The same for the same rows in the same order, however they are stored.
  public let fingerprint: String
  package let featureType: ElementCode

  public init(
    path: String, features: String? = nil, targets: String? = nil, weights: String? = nil,
    task: Task? = nil
  ) throws(DatasetError) {
    fatalError("not yet written")
  }

  /// Reads the rows of a split into memory.
  ///
  /// - Parameter budget: the most bytes they may take; nil for no limit.
  public func load(_ split: SplitName, budget: Int? = nil) throws(DatasetError) -> ResidentSplit {
    fatalError("not yet written")
  }
}

extension Dataset {
  /// Numbers in a row of features.
  public var featureCount: Int { featureShape.reduce(1, *) }

  /// The shuffle that suits this data and batch size: configuration, to be stored with a run.
  ///
  /// - Parameter mode: nil lets the data's size decide.
  public func defaultGeometry(
    batch: Int, mode: ShuffleGeometry.Mode? = nil
  ) -> ShuffleGeometry {
    let rowBytes = featureCount * featureType.byteCount
    switch mode {
    case nil:
      return .defaults(
        rows: splits[.train] ?? 0, rowBytes: rowBytes, chunkRows: nil, batch: batch)
    case .window: return .defaultWindow(rowBytes: rowBytes, chunkRows: nil, batch: batch)
    case .full: return .full
    case .none?: return .none
    }
  }
}
