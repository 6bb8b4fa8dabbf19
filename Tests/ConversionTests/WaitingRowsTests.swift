import TestSupport
import Testing

@testable import Conversion

@Suite struct WaitingRowsTests {
  let folder = TemporaryDirectory()

  /// More than one core takes at a time.
  static let rowCount = 3000
  static let form = WaitingRows.Form(featureBytes: 4, targetBytes: 1, weightBytes: 4)

  /// Appends rows of a range, in bands of 7 of which every other one is taken, as where rows go to
  /// several splits.
  func append(_ range: Range<Int>, to rows: WaitingRows) throws {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 7) {
      let count = min(7, range.upperBound - start)
      let features = (0..<2 * count).map { Int32(start + $0 / 2) }
      let targets = (0..<2 * count).map { UInt8(truncatingIfNeeded: start + $0 / 2) }
      let weights = (0..<2 * count).map { Float(start + $0 / 2) / 2 }
      try features.withUnsafeBufferPointer { features in
        try targets.withUnsafeBufferPointer { targets in
          try weights.withUnsafeBufferPointer { weights in
            let band = OutputBand(
              rows: 2 * count, features: UnsafeRawBufferPointer(features),
              targets: UnsafeRawBufferPointer(targets), weights: UnsafeRawBufferPointer(weights),
              numbers: (0..<2 * count).map { 1000 + start + $0 / 2 })
            try rows.append(Array(stride(from: 0, to: 2 * count, by: 2)), of: band)
          }
        }
      }
    }
  }

  /// The rows' numbers, first features, targets and weights in the order in which they are handed out.
  func handedOut(_ rows: WaitingRows, bandRows: Int = 1500) throws -> [[Int]] {
    var found: [[Int]] = []
    try rows.forEachBand(rows: bandRows) { band in
      for row in 0..<band.rows {
        let feature = band.features.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)
        let weight = band.weights.loadUnaligned(fromByteOffset: 4 * row, as: Float.self)
        found.append([
          band.numbers[row], Int(feature), Int(band.targets[row]), Int(2 * weight),
        ])
      }
    }
    return found
  }

  static func order(shuffled: Bool) -> [Int32] {
    var generator = SeededGenerator(seed: 5)
    return shuffled ? (0..<Int32(rowCount)).shuffled(using: &generator) : Array(0..<Int32(rowCount))
  }

  /// Where each row stands in an order.
  static func places(_ order: [Int32]) -> [Int32] {
    order.indices.sorted { order[$0] < order[$1] }.map(Int32.init)
  }

  /// In a file with so many bytes of memory, or all in memory.
  @Test(arguments: [50, 400, 2000, 60_000, 1 << 20, nil], [false, true])
  func `rows come in the same order from any memory`(memory: Int?, shuffled: Bool) throws {
    let order = Self.order(shuffled: shuffled)
    let region = try memory.map { _ in
      WaitingRows.Region(file: try SpillFile(beside: folder.file("out")), offset: 100)
    }
    let rows = WaitingRows(
      places: shuffled ? Self.places(order) : nil, rows: Self.rowCount, form: Self.form, in: region,
      memory: memory ?? 0)
    try append(0..<Self.rowCount, to: rows)
    #expect(try handedOut(rows) == order.map { [1000 + Int($0), Int($0), Int($0) % 256, Int($0)] })
    #expect(try folder.names() == [])
  }

  @Test(arguments: [50, 400, 60_000, 1 << 20], [1, 63, 3000])
  func `rows go on in a file behind those that were flushed`(memory: Int, kept: Int) throws {
    let order = Self.order(shuffled: true)
    let path = folder.file("rows")
    var region = WaitingRows.Region(file: try SpillFile(keptAt: path, for: "out"), offset: 0)
    do {
      let rows = WaitingRows(
        places: Self.places(order), rows: Self.rowCount, form: Self.form, in: region, memory: memory
      )
      try append(0..<kept, to: rows)
      region.written = try rows.flush()
      // What came later and was not flushed comes again.
      try append(kept..<min(Self.rowCount, kept + 30), to: rows)
      _ = try rows.flush()
    }
    region.file = try SpillFile(keptAt: path, for: "out")
    let rows = WaitingRows(
      places: Self.places(order), rows: Self.rowCount, form: Self.form, in: region, memory: memory)
    try append(kept..<Self.rowCount, to: rows)
    #expect(try handedOut(rows) == order.map { [1000 + Int($0), Int($0), Int($0) % 256, Int($0)] })
  }
}
