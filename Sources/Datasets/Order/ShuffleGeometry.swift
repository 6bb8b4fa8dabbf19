/// How an epoch's order of rows is drawn. It is part of a run's configuration: with the seed and
/// the number of rows it decides the order, and neither memory nor workers do.
public struct ShuffleGeometry: Sendable, Equatable {
  public enum Mode: String, Sendable, CaseIterable {
    /// The order of the file.
    case none
    /// Every order of all rows is as likely as any other.
    case full
    /// Blocks of rows in random order pass through a window, from which single rows are drawn.
    case window
  }

  public let mode: Mode
  /// Rows of a block, and blocks in the window; 0 in the other modes.
  public let blockRows: Int
  public let windowBlocks: Int

  public static let none = ShuffleGeometry(mode: .none, blockRows: 0, windowBlocks: 0)
  public static let full = ShuffleGeometry(mode: .full, blockRows: 0, windowBlocks: 0)

  public static func window(blockRows: Int, windowBlocks: Int) -> ShuffleGeometry {
    precondition(blockRows > 0 && windowBlocks > 0, "a window holds rows")
    return ShuffleGeometry(mode: .window, blockRows: blockRows, windowBlocks: windowBlocks)
  }

  private init(mode: Mode, blockRows: Int, windowBlocks: Int) {
    self.mode = mode
    self.blockRows = blockRows
    self.windowBlocks = windowBlocks
  }
}

extension ShuffleGeometry {
  /// What suits data of this shape: a full shuffle up to 1 GiB, and above it a window of
  /// max(64, batch) blocks of about 128 KiB that takes at most 256 MiB, but at least 16 blocks.
  ///
  /// A batch's mix of labels depends on how many blocks the window has, not on their size: its rows
  /// come from twice as many (see `EpochOrder`).
  /// - Parameters:
  ///   - rowBytes: bytes of a row's features in their stored type, decoded.
  ///   - chunkRows: rows of a stored chunk, if the features are chunked: a block is then whole
  ///     chunks.
  public static func defaults(
    rows: Int, rowBytes: Int, chunkRows: Int?, batch: Int
  ) -> ShuffleGeometry {
    let (bytes, overflow) = rows.multipliedReportingOverflow(by: rowBytes)
    guard overflow || bytes > fullBytes else { return .full }
    return defaultWindow(rowBytes: rowBytes, chunkRows: chunkRows, batch: batch)
  }

  /// The default window, whatever the size of the data.
  public static func defaultWindow(
    rowBytes: Int, chunkRows: Int?, batch: Int
  ) -> ShuffleGeometry {
    let rowBytes = max(1, rowBytes)
    let unit = max(1, chunkRows ?? 1)
    let (unitBytes, overflow) = unit.multipliedReportingOverflow(by: rowBytes)
    let units = overflow ? 1 : max(1, blockBytes / unitBytes)
    let blockRows = unit * units
    let fitting = overflow ? 0 : windowBytes / (unitBytes * units)
    return window(
      blockRows: blockRows,
      windowBlocks: max(leastWindowBlocks, min(max(64, batch), fitting)))
  }

  /// Training keeps so many bytes of rows in memory, decoded, and reads more than those in windows.
  static let fullBytes = 1 << 30
  private static let blockBytes = 128 << 10
  private static let windowBytes = 256 << 20
  private static let leastWindowBlocks = 16
}
