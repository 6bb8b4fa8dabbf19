import HDF5
import Kernels

/// A split whose rows pass through memory: threads of its own read and decode blocks of rows ahead
/// of a pass, which takes them in the order of an `EpochOrder`. A split that fits the budget is
/// decoded once, by its first pass, and stays.
///
/// What comes out is the same either way, and for any number of threads: the order is computed on
/// row numbers alone, and a row is where its pass says.
public final class RowStream: @unchecked Sendable {
  public let plan: StreamPlan
  public let split: SplitName
  /// Where the rows of a pass lie.
  package let memory: ResidentRows

  /// The path of the file, for messages.
  let file: String
  let reader: SplitReader
  package let geometry: ShuffleGeometry
  /// Of a resident split: which blocks are here. A pass owns it while it goes on.
  var isHere: [Bool]
  /// Of any other: where there is room.
  let slots: SlotPool

  init(
    _ split: SplitName, of file: String, reader: SplitReader, memory: ResidentRows,
    plan: StreamPlan,
    geometry: ShuffleGeometry
  ) {
    self.split = split
    self.file = file
    self.reader = reader
    self.memory = memory
    self.plan = plan
    self.geometry = geometry
    isHere = Array(repeating: false, count: plan.blocks)
    slots = SlotPool(slots: plan.staysResident ? 0 : plan.slots)
    for (reader, bytes) in zip(reader.readers, plan.cacheBytes) { reader.keep(bytes: bytes) }
  }

  public var rows: Int { plan.rows }

  /// Starts a pass over the rows, and with it the reading. One pass at a time may go on, besides its
  /// `following` one: end the last one first.
  ///
  /// - Parameters:
  ///   - epoch: decides the order, with the seed and the geometry.
  ///   - lastEpoch: the last one that there will be a pass for; nil for this one.
  ///   - skipping: how many rows of the order to pass over, for a resume within an epoch.
  package func pass(
    seed: UInt64 = 0, epoch: Int = 0, lastEpoch: Int? = nil, skipping: Int = 0
  ) -> RowPass {
    RowPass(
      self, geometry: geometry, seed: seed, epoch: epoch, lastEpoch: lastEpoch ?? epoch,
      skipping: skipping)
  }

  /// Whether rows can be had in their own order: of a resident split, or one that is streamed so.
  package var isReadableInOrder: Bool { plan.staysResident || geometry.mode == .none }

  /// Starts a pass in the order of the split.
  package func passInOrder() -> RowPass {
    precondition(isReadableInOrder, "a window gives no other order")
    return RowPass(self, geometry: .none, seed: 0, epoch: 0, lastEpoch: 0, skipping: 0)
  }

  /// The rows of a block.
  func rows(ofBlock block: Int) -> Range<Int> {
    block * plan.blockRows..<min((block + 1) * plan.blockRows, rows)
  }

  /// The row's number in its source.
  ///
  /// - Parameters:
  ///   - position: its place in the split.
  ///   - index: its place in memory.
  package func rowNumber(position: Int, index: Int32) -> Int {
    memory.numbers.map { Int($0.pointer[Int(index)]) } ?? position
  }
}
