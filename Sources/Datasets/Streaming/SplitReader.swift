import HDF5

/// Reads bands of rows of a split, which one or more files hold one after another, into resident
/// rows. Any number of threads may read at once, each with memory of its own.
final class SplitReader: Sendable {
  private let parts: [PartReader]
  /// Where each part's rows start in the split.
  private let starts: [Int]
  private let rows: [Int]

  /// The memory of one thread.
  final class Scratch {
    let decoder = DecoderScratch()
    /// Stored targets, weights or numbers before they are converted.
    private var band = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { band.deallocate() }

    func band(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
      if band.count < bytes {
        band.deallocate()
        band = .allocate(byteCount: bytes, alignment: 64)
      }
      return UnsafeMutableRawBufferPointer(rebasing: band[..<bytes])
    }
  }

  init(
    _ parts: [SplitColumns], targets: TargetSchema, form: TargetForm
  ) throws(DatasetError) {
    var readers: [PartReader] = []
    var starts: [Int] = []
    var start = 0
    for part in parts {
      readers.append(try PartReader(part, targets: targets, form: form))
      starts.append(start)
      start += part.rows
    }
    self.parts = readers
    self.starts = starts
    rows = parts.map(\.rows)
  }

  /// Every column's reader.
  var readers: [ColumnReader] { parts.flatMap(\.readers) }

  /// Bytes of memory that a thread needs while it reads a block, besides the rows.
  func scratchBytes(blockRows: Int) -> Int {
    parts.map { $0.scratchBytes(blockRows: blockRows) }.max()!
  }

  /// Whether the features of each row can be read to a place of their own.
  var readsFeaturesToPlaces: Bool { parts.allSatisfy(\.features.readsToPlaces) }

  /// Reads the rows of `range`.
  ///
  /// - Parameters:
  ///   - place: where in `resident` they go.
  ///   - features: other rows that the features go to instead, and the place of each there.
  func read(
    _ range: Range<Int>, into resident: ResidentRows, at place: Int,
    features: (to: ResidentRows, places: [Int32])? = nil, scratch: Scratch
  ) throws(DatasetError) {
    for (index, part) in parts.enumerated() {
      let own = range.clamped(to: starts[index]..<starts[index] + rows[index])
      if own.isEmpty { continue }
      let rows = own.lowerBound - starts[index]..<own.upperBound - starts[index]
      let start = own.lowerBound - range.lowerBound
      if let (target, places) = features {
        try part.features.read(
          rows, to: places[start..<start + own.count], of: target.features.bytes)
      } else {
        try part.readFeatures(rows, into: resident, at: place + start, scratch)
      }
      try part.readOthers(rows, into: resident, at: place + start, scratch)
    }
  }
}
