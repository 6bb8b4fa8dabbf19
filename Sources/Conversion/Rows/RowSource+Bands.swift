import Dispatch

extension RowSource {
  /// Reads all rows in bands, in memory that is allocated once. While a band is taken, the next one
  /// is read on another thread.
  ///
  /// - Parameters:
  ///   - first: the row to begin with.
  ///   - fill: reads the rows of a range into memory for their features and their targets. Ranges
  ///     follow one another, and so do the calls, on whatever thread.
  func readBands(
    of bandRows: Int, from first: Int = 0, to body: (SourceBand) throws(ConversionError) -> Void,
    filling fill:
      @escaping (
        Range<Int>, UnsafeMutableRawBufferPointer, UnsafeMutableRawBufferPointer
      ) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let bandRows = min(bandRows, rowCount)
    guard first < rowCount else { return }
    let bands = stride(from: first, to: rowCount, by: bandRows).map {
      $0..<min($0 + bandRows, rowCount)
    }
    var current = BandMemory(rows: bandRows, schema)
    var next = BandMemory(rows: bandRows, schema)
    next.start(bands[0], filling: fill)
    for (index, rows) in bands.enumerated() {
      swap(&current, &next)
      if let failure = current.wait() { throw failure }
      if index + 1 < bands.count { next.start(bands[index + 1], filling: fill) }
      defer { _ = next.wait() }
      try body(current.band(rows))
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
  private let featureBytes: Int
  private let targetBytes: Int
  private let features: UnsafeMutableRawBufferPointer
  private let targets: UnsafeMutableRawBufferPointer
  private let filling = DispatchGroup()
  private var failure: ConversionError?

  init(rows: Int, _ schema: SourceSchema) {
    (featureBytes, targetBytes) = (schema.featureBytes, schema.targetBytes)
    features = .allocate(byteCount: rows * featureBytes, alignment: 64)
    targets = .allocate(byteCount: rows * targetBytes, alignment: 64)
  }

  deinit {
    features.deallocate()
    targets.deallocate()
  }

  func start(
    _ rows: Range<Int>,
    filling fill:
      @escaping (
        Range<Int>, UnsafeMutableRawBufferPointer, UnsafeMutableRawBufferPointer
      ) throws(ConversionError) -> Void
  ) {
    nonisolated(unsafe) let fill = fill
    DispatchQueue.global().async(group: filling) { [self] in
      do throws(ConversionError) {
        try fill(
          rows, UnsafeMutableRawBufferPointer(rebasing: features[..<(rows.count * featureBytes)]),
          UnsafeMutableRawBufferPointer(rebasing: targets[..<(rows.count * targetBytes)]))
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

  func band(_ rows: Range<Int>) -> SourceBand {
    SourceBand(
      firstRow: rows.lowerBound, rows: rows.count,
      features: UnsafeRawBufferPointer(rebasing: features[..<(rows.count * featureBytes)]),
      targets: UnsafeRawBufferPointer(rebasing: targets[..<(rows.count * targetBytes)]),
      next: RowPlace(row: rows.upperBound))
  }
}
