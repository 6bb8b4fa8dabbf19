import Dispatch

extension RowSource {
  /// Reads all rows in bands, in memory that is allocated once. While a band is taken, the next one
  /// is read on another thread.
  ///
  /// - Parameters:
  ///   - first: the row to begin with.
  ///   - memory: where features may be put.
  ///   - fill: reads the rows of a range into memory for their features and their targets. Ranges
  ///     follow one another, and so do the calls, on whatever thread.
  func readBands(
    of bandRows: Int, from first: Int = 0, in memory: FeatureMemory? = nil,
    to body: (SourceBand) throws(ConversionError) -> Void,
    filling fill:
      @escaping (
        Range<Int>, UnsafeMutableRawBufferPointer, UnsafeMutableRawBufferPointer
      ) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let bandRows = min(bandRows, rowCount)
    let bands = (0..<2).map { _ in BandMemory(rows: bandRows, schema, hasFeatures: memory == nil) }
    defer { for band in bands { _ = band.wait() } }
    func start(_ index: Int, at row: Int) throws(ConversionError) {
      guard row < rowCount else { return }
      try bands[index % 2].start(
        row..<min(row + bandRows, rowCount), in: memory?.piece(row), filling: fill)
    }
    var (index, row) = (0, first)
    try start(index, at: row)
    while row < rowCount {
      let current = bands[index % 2]
      if let failure = current.wait() { throw failure }
      (index, row) = (index + 1, current.rows.upperBound)
      try start(index, at: row)
      try body(current.band)
    }
  }
}

extension RowSource {
  /// Reads the targets of all rows alone, in bands, in memory that is allocated once.
  ///
  /// - Parameter fill: reads the targets of a range of rows. Ranges follow one another.
  func readTargetBands(
    to body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void,
    filling fill: (Range<Int>, UnsafeMutableRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let bandRows = min(rowCount, schema.targetBandRows)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * schema.targetBytes, alignment: 64)
    defer { memory.deallocate() }
    for first in stride(from: 0, to: rowCount, by: bandRows) {
      let rows = first..<min(first + bandRows, rowCount)
      let targets = UnsafeMutableRawBufferPointer(
        rebasing: memory[..<(rows.count * schema.targetBytes)])
      try fill(rows, targets)
      try body(UnsafeRawBufferPointer(targets))
    }
  }
}

/// Memory for a band. While it is filled, nobody else touches it; `wait` ends that.
private final class BandMemory: @unchecked Sendable {
  private(set) var rows = 0..<0
  private let featureBytes: Int
  private let targetBytes: Int
  /// Nil where features are put elsewhere.
  private let own: UnsafeMutableRawBufferPointer?
  private var features = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private let targets: UnsafeMutableRawBufferPointer
  private let filling = DispatchGroup()
  private var failure: ConversionError?

  init(rows: Int, _ schema: SourceSchema, hasFeatures: Bool) {
    (featureBytes, targetBytes) = (schema.featureBytes, schema.targetBytes)
    own = hasFeatures ? .allocate(byteCount: rows * featureBytes, alignment: 64) : nil
    targets = .allocate(byteCount: rows * targetBytes, alignment: 64)
  }

  deinit {
    own?.deallocate()
    targets.deallocate()
  }

  /// - Parameters:
  ///   - rows: the ones to begin with, if not all of them have room.
  ///   - memory: for the features; nil for memory of its own.
  func start(
    _ rows: Range<Int>, in memory: UnsafeMutableRawBufferPointer?,
    filling fill:
      @escaping (
        Range<Int>, UnsafeMutableRawBufferPointer, UnsafeMutableRawBufferPointer
      ) throws(ConversionError) -> Void
  ) {
    let memory = memory ?? own!
    self.rows = rows.prefix(memory.count / featureBytes)
    features = UnsafeMutableRawBufferPointer(rebasing: memory[..<(self.rows.count * featureBytes)])
    nonisolated(unsafe) let fill = fill
    DispatchQueue.global().async(group: filling) { [self] in
      do throws(ConversionError) {
        try fill(
          self.rows, features,
          UnsafeMutableRawBufferPointer(rebasing: targets[..<(self.rows.count * targetBytes)]))
      } catch {
        failure = error
      }
    }
  }

  /// Returns what went wrong when the memory was filled.
  func wait() -> ConversionError? {
    filling.wait()
    return failure
  }

  /// What it was filled with.
  var band: SourceBand {
    SourceBand(
      firstRow: rows.lowerBound, rows: rows.count, features: UnsafeRawBufferPointer(features),
      targets: UnsafeRawBufferPointer(rebasing: targets[..<(rows.count * targetBytes)]),
      next: RowPlace(row: rows.upperBound))
  }
}
