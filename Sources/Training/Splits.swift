import Datasets

/// The splits of a dataset in memory, each loaded when it is first needed, within one budget.
final class Splits {
  let dataset: Dataset
  private var loaded: [SplitName: ResidentSplit] = [:]
  private var left: Int

  /// - Parameter memoryBudget: bytes for all splits; nil is four fifths of the memory that is free.
  init(_ dataset: Dataset, memoryBudget: Int?) {
    self.dataset = dataset
    left = memoryBudget ?? availableMemory() / 5 * 4
  }

  func load(_ split: SplitName) throws -> ResidentSplit {
    if let resident = loaded[split] { return resident }
    let resident = try dataset.load(split, budget: left)
    left -= resident.byteCount
    loaded[split] = resident
    return resident
  }

  func loadIfPresent(_ split: SplitName) throws -> ResidentSplit? {
    dataset.splits[split] == nil ? nil : try load(split)
  }
}
