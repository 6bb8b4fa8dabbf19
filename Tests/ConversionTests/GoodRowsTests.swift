import HDF5
import TestSupport
import Testing

@testable import Conversion

/// The rows of arrays without their bad ones, against an array that never had these.
@Suite struct GoodRowsTests {
  let folder = TemporaryDirectory()

  /// A band as it was handed out, without the rows' numbers.
  struct Band: Equatable {
    var firstRow: Int
    var features: [UInt8]
    var targets: [UInt8]
  }

  static let rows = 13
  /// Rows that are bad: none, the first, the last, adjacent ones, whole bands, all but one.
  static let badRows: [Set<Int>] = [
    [], [0], [12], [3, 4, 5], [4, 5, 6, 7], [0, 1, 2, 3, 12], [8, 9, 10, 11, 12], [1, 3, 5, 7, 9],
    Set(0..<13).subtracting([6]), Set(1..<13),
  ]

  /// An array of two features a row with NaN in some rows, or without these; opened to leave out bad
  /// rows.
  func source(
    _ bad: Set<Int>, removed: Bool = false, format: SourceFormat = .npy
  ) throws -> any RowSource {
    let kept = (0..<Self.rows).filter { !removed || !bad.contains($0) }
    let features = kept.flatMap { row -> [Float] in
      [Float(row), !removed && bad.contains(row) ? .nan : 0.5]
    }
    let targets = kept.map { Int64($0 % 3) }
    var files = [folder.file("\(removed).h5")]
    if format == .npy {
      files = [
        try folder.write(npy("<f4", [kept.count, 2], features.bytes), to: "x.npy"),
        try folder.write(npy("<i8", [kept.count], targets.bytes), to: "y.npy"),
      ]
    } else {
      let file = try File(creating: files[0])
      try file.createDataset("x", .float32, shape: [kept.count, 2]).write(features)
      try file.createDataset("y", .int64, shape: [kept.count]).write(targets)
      try file.close()
    }
    var options = ConversionOptions(sources: [:], output: "")
    (options.features, options.targets) = ("x", "y")
    options.skipsBadRows = true
    let set = try format.open(
      [.train: files.map { try SourceFile($0) }], options, presumes: false)
    #expect(set.skipped.count == (removed ? 0 : bad.count))
    return set.splits[.train]![0]
  }

  func bands(
    _ source: any RowSource, bandRows: Int, from place: RowPlace = RowPlace()
  ) throws -> (bands: [Band], numbers: [Int], places: [RowPlace?]) {
    var found: (bands: [Band], numbers: [Int], places: [RowPlace?]) = ([], [], [])
    try source.read(bandRows: bandRows, from: place) { band in
      found.bands.append(
        Band(
          firstRow: band.firstRow, features: Array(band.features), targets: Array(band.targets)))
      found.numbers += (0..<band.rows).map(band.number(ofRow:))
      found.places.append(band.next)
    }
    return found
  }

  @Test(arguments: badRows, [1, 2, 3, 4, 5, 13, 100])
  func `bands are those of an array without the bad rows`(bad: Set<Int>, bandRows: Int) throws {
    let whole = try source(bad, removed: true)
    let expected = try bands(whole, bandRows: bandRows).bands
    let count = whole.rowCount
    let good = try source(bad)
    let found = try bands(good, bandRows: bandRows)
    #expect(found.bands == expected)
    #expect(found.numbers == (0..<Self.rows).filter { !bad.contains($0) })
    #expect((good.rowCount, good.numberCount) == (count, Self.rows))
  }

  @Test(arguments: badRows, [1, 2, 3, 4, 5, 13, 100])
  func `reading goes on behind any band`(bad: Set<Int>, bandRows: Int) throws {
    for format in [SourceFormat.npy, .hdf5] {
      let source = try source(bad, format: format)
      let whole = try bands(source, bandRows: bandRows)
      for (index, place) in whole.places.enumerated() {
        let rest = try bands(source, bandRows: bandRows, from: try #require(place))
        #expect(rest.bands == Array(whole.bands.dropFirst(index + 1)))
        #expect(rest.numbers == Array(whole.numbers.suffix(rest.numbers.count)))
      }
    }
  }

  @Test(arguments: badRows)
  func `targets alone are those of the good rows`(bad: Set<Int>) throws {
    var targets: [UInt8] = []
    try source(bad).readTargets { targets += $0 }
    #expect(
      targets == (0..<Self.rows).filter { !bad.contains($0) }.map { Int64($0 % 3) }.bytes)
  }

  @Test(arguments: [RowPlace(row: 3), RowPlace(row: 0, record: 5), RowPlace(row: 9, record: 5)])
  func `a place that is none is found out`(place: RowPlace) throws {
    let source = try source([2])
    let error = #expect(throws: ConversionError.self) {
      try source.read(bandRows: 4, from: place) { _ in }
    }
    #expect(error == WorkingFolder.damaged)
  }

  /// A source that hands out more or fewer rows than it said it has.
  final class ChangedSource: RowSource {
    let path = "rows"
    let rowCount = 5
    let schema = SourceSchema(
      featureShape: [1], featureType: .uint8, targetShape: [], targetType: .uint8)
    private let values: [UInt8]

    init(rows: Int) { values = (0..<UInt8(rows)).map { $0 } }

    func read(
      bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
    ) throws(ConversionError) {
      try values.withUnsafeBufferPointer { values throws(ConversionError) in
        let bytes = UnsafeRawBufferPointer(values)
        try body(SourceBand(firstRow: 0, rows: values.count, features: bytes, targets: bytes))
      }
    }
  }

  @Test(arguments: [3, 7])
  func `a source that changed since bad rows were searched is to blame`(rows: Int) {
    var leftOut = LeftOutRows()
    leftOut.insert(1)
    let good = GoodRows(of: ChangedSource(rows: rows), without: leftOut)
    let error = #expect(throws: ConversionError.self) { try good.read(bandRows: 4) { _ in } }
    #expect(
      error?.description
        == "rows: has changed while it was read; expected 4 good rows; convert it again")
  }
}

extension Array where Element: BitwiseCopyable {
  /// Of all elements, as they are in memory.
  var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}
