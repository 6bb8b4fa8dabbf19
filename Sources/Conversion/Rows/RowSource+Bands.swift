import Dispatch

extension RowSource {
  /// Reads all rows in bands, in memory that is allocated once. While a band is taken, the next ones
  /// are read on other threads.
  ///
  /// - Parameters:
  ///   - first: the row to begin with.
  ///   - ahead: how many bands are read while one is taken.
  ///   - memory: where features may be put.
  ///   - fill: reads the rows of a range into memory for their features and their targets, on whatever
  ///     thread. Ranges follow one another, and so do the calls, but for those that overlap where more
  ///     than one band is ahead.
  func readBands(
    of bandRows: Int, from first: Int = 0, ahead: Int = 1, in memory: FeatureMemory? = nil,
    to body: (SourceBand) throws(ConversionError) -> Void,
    filling fill:
      @escaping (
        Range<Int>, UnsafeMutableRawBufferPointer, UnsafeMutableRawBufferPointer
      ) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let bandRows = min(bandRows, rowCount)
    let bands = (0...ahead).map { _ in
      BandMemory(rows: bandRows, schema, hasFeatures: memory == nil)
    }
    defer { for band in bands { _ = band.wait() } }
    var (started, taken, turn) = (first, first, 0)
    func start(_ band: BandMemory) throws(ConversionError) {
      guard started < rowCount else { return }
      try band.start(
        started..<min(started + bandRows, rowCount), in: memory?.piece(started), filling: fill)
      started = band.rows.upperBound
    }
    for band in bands.dropLast() { try start(band) }
    while taken < rowCount {
      let current = bands[turn % bands.count]
      if let failure = current.wait() { throw failure }
      try start(bands[(turn + ahead) % bands.count])
      try body(current.band)
      (taken, turn) = (current.rows.upperBound, turn + 1)
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
