/// What one thread reads the blocks of a stream with.
final class BlockReader {
  private let stream: RowStream
  private let scratch = SplitReader.Scratch()
  /// A block's rows before each goes to its place; nil where they lie one after another.
  private let band: ResidentRows?
  /// Whether features need not pass through `band`.
  private let readsFeaturesToSlots: Bool

  init(_ stream: RowStream) throws(DatasetError) {
    self.stream = stream
    readsFeaturesToSlots = stream.reader.readsFeaturesToPlaces
    guard stream.plan.placesRows else {
      band = nil
      return
    }
    band = ResidentRows(rows: stream.plan.blockRows, like: stream.memory)
    if band == nil {
      throw DatasetError(
        file: stream.file, problem: "cannot be read: the system gives no memory for it",
        remedy: "give a smaller --memory-budget, or use a machine with more memory")
    }
  }

  /// Reads a block.
  ///
  /// - Parameter slots: of each row, negative for those that are not wanted, or of the whole block; a
  ///   resident split has none.
  func read(_ block: Int, to slots: [Int32]) throws(DatasetError) {
    let rows = stream.rows(ofBlock: block)
    if let band {
      let isDirect = readsFeaturesToSlots && !slots.contains { $0 < 0 }
      try stream.reader.read(
        rows, into: band, at: 0, features: isDirect ? (stream.memory, slots) : nil,
        scratch: scratch)
      stream.memory.copy(from: band, to: slots, features: !isDirect)
    } else {
      let place = slots.first.map { Int($0) * stream.plan.blockRows } ?? rows.lowerBound
      try stream.reader.read(rows, into: stream.memory, at: place, scratch: scratch)
    }
  }
}
