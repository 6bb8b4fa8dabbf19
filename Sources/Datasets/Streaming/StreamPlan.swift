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
  /// Blocks that there is memory for besides the window: those read ahead, or else those that the
  /// mini-batch at hand drew the last rows of.
  public let blocksBeside: Int
  /// Threads that read and decode.
  public let decoders: Int
  /// Bytes of a row in memory: features, target, weight and number.
  public let rowParts: [Int]
  /// Bytes for the rows that are in memory, for what decoding keeps and works with, and for the
  /// order of the rows.
  public let rowBytes: Int
  public let decodingBytes: Int
  public let orderBytes: Int

  /// How many blocks there is room for: more than the window and what is read ahead, since the
  /// blocks that a mini-batch draws the last rows of stay until it was trained on. What is never
  /// used of it takes no memory.
  let slots: Int
  /// Bytes of decoded units that each column keeps.
  let cacheBytes: [Int]

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
    /// All that makes reading ahead smooth.
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
    // The most blocks that a mini-batch can draw the last rows of, and how many it may well draw.
    let leaving = isWindow ? min(request.batch, windowBlocks + perBatch + 1) : 0
    let oftenLeaving = min(leaving, Self.oftenLeaving(batch: request.batch, blockRows: blockRows))
    guard staysResident || windowBlocks + oftenLeaving < blocks else { return nil }
    let blockBytes = blockRows * rowParts.reduce(0, +)
    let most = max(1, min(8 * decoders, Self.aheadBytes / max(1, blockBytes)))
    let ahead = ambition == .least ? perBatch + 1 : max(2 * perBatch + decoders, most)
    blocksAhead = min(blocks - windowBlocks, ahead)
    blocksBeside = max(blocksAhead, oftenLeaving)
    slots = staysResident ? blocks : windowBlocks + max(leaving, blocksAhead)
    guard staysResident || slots * blockRows <= Int(Int32.max) else { return nil }
    rowBytes =
      staysResident
      ? rows * rowParts.reduce(0, +)
      : (windowBlocks + blocksBeside) * blockBytes
    let units = request.units
    let (decoders, blockRows) = (decoders, blockRows)
    cacheBytes = units.map { unit in
      // A unit that crosses the borders of blocks is kept for the others: all of them, where
      // blocks come in any order.
      guard let unitRows = unit.rows, !blockRows.isMultiple(of: unitRows) else { return 0 }
      return isWindow && ambition != .least
        ? unit.total : min(unit.total, unit.bytes * (decoders + 1))
    }
    let working = zip(units, cacheBytes).map { $1 == 0 ? 0 : $0.bytes }.reduce(0, +)
    decodingBytes =
      cacheBytes.reduce(0, +) + decoders * (working + request.scratchBytes(blockRows))
    orderBytes =
      switch request.geometry.mode {
      case .full: 4 * rows
      case .window:
        4 * min(rows, request.geometry.windowBlocks.multipliedOrMax(by: request.geometry.blockRows))
          + 12 * blocks
      case .none: 8 * blocks
      }
  }

  /// Blocks that come into the window together come to their ends together: drawing one of n blocks
  /// at a time, each of c rows, the n ends lie n·√c draws apart from each other (their standard
  /// deviation), so that a batch of b rows sees at most about 0.4·b/√c of them.
  private static func oftenLeaving(batch: Int, blockRows: Int) -> Int {
    2 * Int((Double(batch) / Double(blockRows).squareRoot()).rounded(.up)) + 2
  }

  /// So many bytes are read ahead at most, unless a mini-batch needs more.
  private static let aheadBytes = 32 << 20
}
