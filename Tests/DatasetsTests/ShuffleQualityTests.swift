import HDF5
import Kernels
import TestSupport
import Testing

@testable import Datasets

@Suite struct ShuffleQualityTests {
  let folder = TemporaryDirectory()

  /// Rows of one feature, sorted by class: 4000 of each of ten.
  func sorted(asValues: Bool = false) throws -> Datasets.Dataset {
    let path = folder.file("sorted.h5")
    let rows = 40_000
    let file = try File(creating: path)
    try file.createDataset("train/features", .float32, shape: [rows, 1])
      .write([Float](repeating: 0, count: rows))
    let labels = (0..<rows).map { Float($0 / 4000) }
    if asValues {
      try file.createDataset("train/targets", .float32, shape: [rows]).write(labels)
    } else {
      try file.createDataset("train/targets", .uint8, shape: [rows]).write(labels.map { UInt8($0) })
    }
    try file.close()
    return try Datasets.Dataset(path: path)
  }

  @Test(arguments: [4, 12, 64], [false, true])
  func `blocks of one class each mix as the number of blocks in the window says`(
    blocks: Int, asValues: Bool
  ) throws {
    let geometry = ShuffleGeometry.window(blockRows: 40, windowBlocks: blocks)
    let quality = try #require(
      try sorted(asValues: asValues).shuffleQuality(geometry: geometry, batch: 64, seed: 3))
    let expected = (1 + 63 / Double(2 * blocks)).squareRoot()
    #expect(abs(quality.unevenness / expected - 1) < 0.25, "\(quality.unevenness), \(expected)")
    #expect(quality.suffices == (blocks > 12))
  }

  @Test func `sorted rows in their own order do not mix at all`() throws {
    let quality = try sorted().shuffleQuality(geometry: .none, batch: 64, seed: 0)
    #expect((quality?.unevenness ?? 0) > 7)
  }

  @Test(arguments: [
    ShuffleGeometry.none, .window(blockRows: 7, windowBlocks: 5),
    .window(blockRows: 1000, windowBlocks: 3), .window(blockRows: 5000, windowBlocks: 90),
  ])
  func `few rows are kept, among them all that are drawn first`(geometry: ShuffleGeometry) {
    var order = EpochOrder(rows: 100_003, geometry: geometry, seed: 1, epoch: 0)
    let kept = FirstRows(of: order, geometry, draws: 3000)
    let window = geometry.blockRows * geometry.windowBlocks
    #expect(kept.count <= 105_000 && kept.count < 3000 + window + 10_000)
    let drawn = AlignedBuffer<Int32>(count: 3000)
    #expect(order.next(3000, into: drawn.pointer) == 3000)
    let places = drawn.pointer.compactMap { kept.place(of: Int($0)) }
    #expect(Set(places).count == 3000 && places.allSatisfy { $0 < kept.count })
  }

  @Test func `a full shuffle is the measure`() throws {
    #expect(try sorted().shuffleQuality(geometry: .full, batch: 64, seed: 0) == nil)
  }

  @Test func `rows in any order are as good as shuffled`() throws {
    let path = folder.file("mixed.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 20_000])
    let quality = try Datasets.Dataset(path: path)
      .shuffleQuality(geometry: .none, batch: 100, seed: 0)
    #expect(abs((quality?.unevenness ?? 0) - 1) < 0.15)
  }
}
