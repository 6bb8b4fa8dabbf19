import Datasets

/// The splits of a dataset as streams of rows, each opened when it is first needed, within one
/// budget.
final class Splits {
  let dataset: Dataset
  private let batch: Int
  private let decoders: Int
  private var streams: [SplitName: RowStream] = [:]
  private var left: Int

  /// - Parameters:
  ///   - batch: the most rows that are drawn at a time.
  ///   - decoders: threads that read each split.
  ///   - memoryBudget: bytes for all splits; nil is four fifths of the memory that is free.
  init(_ dataset: Dataset, batch: Int, decoders: Int, memoryBudget: Int?) {
    self.dataset = dataset
    self.batch = batch
    self.decoders = decoders
    left = memoryBudget ?? defaultMemoryBudget()
  }

  /// Opens a split, and reads it where all its rows stay; then it can be had again in that order.
  ///
  /// - Parameter geometry: the order of its rows.
  func stream(_ split: SplitName, geometry: ShuffleGeometry) throws -> RowStream {
    if let stream = streams[split], stream.plan.staysResident, stream.geometry == geometry {
      return stream
    }
    // The other splits must still have a place, be it a small one.
    let reserved = try dataset.splits.keys.filter { $0 != split && streams[$0] == nil }
      .map { try dataset.leastBytes($0, batch: batch) }.reduce(0, +)
    let stream = try dataset.stream(
      split, geometry: geometry, batch: batch, decoders: decoders,
      budget: max(0, left - reserved))
    try stream.prepare()
    left -= stream.plan.budgetedBytes
    streams[split] = stream
    return stream
  }

  /// A split that can be read in its own order.
  func inOrder(_ split: SplitName) throws -> RowStream {
    if let stream = streams[split], stream.isReadableInOrder { return stream }
    return try stream(split, geometry: .none)
  }

  func inOrderIfPresent(_ split: SplitName) throws -> RowStream? {
    dataset.splits[split] == nil ? nil : try inOrder(split)
  }
}
