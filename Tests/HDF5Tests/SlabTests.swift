import HDF5
import TestSupport
import Testing

/// The positions of a slab's elements in a row-major array, by counting through all of them.
private func positions(of slab: Slab, in shape: [Int]) -> [Int] {
  let stride = slab.stride ?? shape.map { _ in 1 }
  return (0..<slab.count.reduce(1, *)).map { index in
    var rest = index
    var place = shape.map { _ in 0 }
    for axis in shape.indices.reversed() {
      place[axis] = slab.offset[axis] + rest % slab.count[axis] * stride[axis]
      rest /= slab.count[axis]
    }
    return zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}

private func randomSlab(in shape: [Int], using generator: inout SeededGenerator) -> Slab {
  let stride = shape.map { _ in Int.random(in: 1...3, using: &generator) }
  let offset = shape.map { Int.random(in: 0..<$0, using: &generator) }
  let count = shape.indices.map {
    Int.random(in: 1...((shape[$0] - 1 - offset[$0]) / stride[$0] + 1), using: &generator)
  }
  return Slab(offset: offset, count: count, stride: Bool.random(using: &generator) ? stride : nil)
}

@Suite struct SlabTests {
  static let shapes = [[23], [7, 9], [5, 1, 6], [3, 4, 2, 5]]

  @Test(arguments: shapes, [false, true])
  func `slabs of any rank agree with a naive copy`(shape: [Int], isChunked: Bool) throws {
    let folder = TemporaryDirectory()
    var generator = SeededGenerator(seed: 3)
    let file = try File(creating: folder.file("a.h5"))
    let storage: Storage =
      isChunked
      ? .chunked(shape.map { ($0 + 1) / 2 }, filters: [.shuffle, .deflate(1)]) : .contiguous
    let dataset = try file.createDataset(
      "x", .int32, shape: shape, storage: storage, byteOrder: .bigEndian)
    var expected = (0..<shape.reduce(1, *)).map { Int32($0) }
    try dataset.write(expected)
    for round in 0..<40 {
      let slab = randomSlab(in: shape, using: &generator)
      let places = positions(of: slab, in: shape)
      #expect(try dataset.values(slab, as: Int32.self) == places.map { expected[$0] })
      let values = places.indices.map { Int32(1000 * (round + 1) + $0) }
      try dataset.write(values, to: slab)
      for (place, value) in zip(places, values) { expected[place] = value }
    }
    #expect(try dataset.values(as: Int32.self) == expected)
  }

  @Test func `rows are whole along the other axes`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let dataset = try file.createDataset("x", .uint8, shape: [5, 2, 2])
    try dataset.write((0..<20).map { UInt8($0) })
    let rows = Slab(rows: 1..<3, of: try dataset.shape)
    #expect(try dataset.values(rows, as: UInt8.self) == Array(4..<12))
    #expect(try dataset.values(Slab(rows: 5..<5, of: [5, 2, 2]), as: UInt8.self) == [])
  }

  @Test(arguments: [
    Slab(offset: [0], count: [1]),
    Slab(offset: [0, 0], count: [4, 3]),
    Slab(offset: [1, 0], count: [3, 3]),
    Slab(offset: [-1, 0], count: [1, 1]),
    Slab(offset: [0, 0], count: [-1, 1]),
    Slab(offset: [3, 0], count: [1, 1]),
    Slab(offset: [0, 0], count: [2, 1], stride: [3, 1]),
    Slab(offset: [0, 0], count: [1, 1], stride: [0, 1]),
    Slab(offset: [0, 0], count: [1, 1], stride: [1]),
    Slab(offset: [Int.max, 0], count: [1, 1]),
    Slab(offset: [1, 1], count: [Int.max, Int.max]),
    Slab(offset: [0, 0], count: [2, 1], stride: [Int.max, 1]),
  ])
  func `a slab that is not inside the shape is refused`(slab: Slab) throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let dataset = try file.createDataset("x", .uint8, shape: [3, 3])
    let reading = failure { _ = try dataset.values(slab, as: UInt8.self) }
    #expect(reading?.problem.contains("\(slab)") == true)
    #expect(reading?.problem.contains("[3, 3]") == true)
    #expect(
      failure { try dataset.write([UInt8(0)], to: slab) }?.problem.contains("\(slab)") == true)
  }

  @Test func `memory of another size than the slab is refused`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let dataset = try file.createDataset("x", .int16, shape: [3])
    for count in [0, 2, 4] {
      let values = [Int16](repeating: 0, count: count)
      let error = failure { try dataset.write(values) }
      #expect(error?.problem == "memory of \(2 * count) bytes for a slab of 6 bytes")
      #expect(throws: HDF5Error.self) { try read(dataset, as: .int16, count: count) }
    }
  }
}
