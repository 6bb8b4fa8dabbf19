import Glibc

/// What a split takes in memory while its rows pass through: how much stays, how far ahead is read,
/// and the sum. It never enters the order of rows.
public struct StreamPlan: Sendable, Equatable {
  /// Rows of the split, and of a block: the band of rows that is read at once.
  public let rows: Int
  public let blockRows: Int
  /// Whether every row stays once it is decoded.
  public let staysResident: Bool
  /// Blocks that the order draws from at a time.
  public let windowBlocks: Int
  /// Blocks that are read before they are needed.
  public let blocksAhead: Int
  /// Threads that read and decode.
  public let decoders: Int
  /// Whether the thread that waits for rows reads too.
  let ownerReads: Bool
  /// Bytes of a row in memory: features, target, weight and number.
  public let rowParts: [Int]
  /// Bytes for the rows that are in memory, for what decoding keeps and works with, and for the
  /// order of the rows.
  public let rowBytes: Int
  public let decodingBytes: Int
  public let orderBytes: Int

  /// Whether each row has a slot of its own, as those of a window have: it is free again once the row
  /// was used. Otherwise a block has.
  let placesRows: Bool
  /// How many slots there are.
  let slots: Int
  /// Bytes of decoded units that each column keeps.
  let cacheBytes: [Int]

  var slotRows: Int { placesRows ? 1 : blockRows }

  public var blocks: Int { (rows + blockRows - 1) / blockRows }
  public var byteCount: Int { rowBytes + decodingBytes + orderBytes }
  /// What of it counts against a budget. What decoding works with is small beside rows that stay, and
  /// gone when they are here.
  package var budgetedBytes: Int { staysResident ? rowBytes : byteCount }
}

extension StreamPlan {
  /// What is asked of a plan.
  struct Request {
    var rows: Int
    /// Bytes of a row's features, target, weight and number.
    var rowParts: [Int]
    /// Of each column: rows and bytes of a unit, and bytes of all rows.
    var units: [(rows: Int?, bytes: Int, total: Int)]
    /// Bytes that a thread works with while it reads a block of so many rows.
    var scratchBytes: (_ blockRows: Int) -> Int
    var geometry: ShuffleGeometry
    /// Rows of a block where the geometry leaves them open: for speed, and to take little.
    var blockRows: Int
    var leastBlockRows: Int
    /// The most rows that are drawn at a time.
    var batch: Int
    var decoders: Int
  }

  /// How much memory a plan takes to be fast.
  enum Ambition {
    /// Every row stays.
    case resident
    /// So much is read ahead that no thread waits for another that the system has put aside.
    case ample
    /// All that makes reading ahead smooth where threads have cores of their own.
    case comfortable
    /// As little as possible.
    case least
  }

  /// - Returns: nil where the order draws from all rows, and they are not to stay.
  init?(_ request: Request, _ ambition: Ambition) {
    let isWindow = request.geometry.mode == .window && ambition != .resident
    rows = request.rows
    rowParts = request.rowParts
    staysResident = ambition == .resident
    decoders = ambition == .least ? 1 : request.decoders
    ownerReads = ambition != .least
    blockRows = min(
      rows,
      isWindow
        ? request.geometry.blockRows
        : ambition == .least ? request.leastBlockRows : request.blockRows)
    let blocks = (rows + blockRows - 1) / blockRows
    let perBatch = (request.batch + blockRows - 1) / blockRows
    windowBlocks =
      switch request.geometry.mode {
      case .none: min(blocks, perBatch + 1)
      case .window where isWindow: min(blocks, request.geometry.windowBlocks)
      case .full, .window: blocks
      }
    guard staysResident || windowBlocks < blocks else { return nil }
    let blockBytes = blockRows * rowParts.reduce(0, +)
    let ahead = perBatch + 1
    blocksAhead = min(
      blocks - windowBlocks,
      ambition == .least
        ? ahead
        : max(
          ahead + perBatch + decoders,
          Self.aheadBytes / max(1, blockBytes),
          ambition == .ample ? Self.aheadOfEachReader * (decoders + 1) : 0))
    placesRows = isWindow
    slots =
      staysResident
      ? blocks
      : isWindow
        ? (windowBlocks + blocksAhead) * blockRows + request.batch : windowBlocks + blocksAhead
    let room = slots * (isWindow ? 1 : blockRows)
    guard staysResident || room <= Int(Int32.max) else { return nil }
    rowBytes = (staysResident ? rows : room) * rowParts.reduce(0, +)
    let units = request.units
    let (readers, blockRows) = (decoders + (ownerReads ? 1 : 0), blockRows)
    cacheBytes = units.map { unit in
      // A unit that crosses the borders of blocks is kept for the others: all of them, where
      // blocks come in any order.
      guard let unitRows = unit.rows, !blockRows.isMultiple(of: unitRows) else { return 0 }
      return isWindow && ambition != .least
        ? unit.total : min(unit.total, unit.bytes * (readers + 1))
    }
    let working = zip(units, cacheBytes).map { $1 == 0 ? 0 : $0.bytes }.reduce(0, +)
    // Rows that go to places of their own are decoded elsewhere.
    let band = isWindow ? blockBytes : 0
    decodingBytes =
      cacheBytes.reduce(0, +) + readers * (working + request.scratchBytes(blockRows) + band)
    // Two orders at a time: the next one's begins before this one's ends.
    orderBytes =
      switch request.geometry.mode {
      case .full: 4 * rows
      case .window where !isWindow: 4 * rows
      case .window:
        2 * (4 * windowBlocks * blockRows + 28 * blocks)
          + Self.openBlocks(windowBlocks, of: blockRows, blocks) * (4 * blockRows + 32)
      case .none: 50 * blocks
      }
  }

  /// How many blocks have rows in the window. Each of a block's c rows stays for a time that is
  /// exponentially distributed, so that the last one leaves after about ln c + 0.58 mean times.
  private static func openBlocks(_ windowBlocks: Int, of blockRows: Int, _ blocks: Int) -> Int {
    min(blocks, Int(Double(windowBlocks) * (log(Double(blockRows)) + 1)) + 1)
  }

  /// So many bytes are read ahead, unless mini-batches need more: few enough that the caches hold them.
  private static let aheadBytes = 4 << 20

  /// So many blocks are read ahead for each thread that reads, where there is room.
  private static let aheadOfEachReader = 4
}
