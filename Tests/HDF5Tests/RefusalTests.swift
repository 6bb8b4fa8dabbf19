import HDF5
import TestSupport
import Testing

@Suite struct RefusalTests {
  @Test(arguments: [
    ("compound", "compound data"), ("sequences", "variable-length sequences"),
    ("references", "references"), ("opaque", "opaque data"), ("complex", "compound data"),
    ("array-elements", "arrays as elements"),
    ("long-double", "floats of 16 bytes in a form of their own"),
    ("twelve-bits", "integers of 2 bytes in a form of their own"),
    ("bfloat16", "floats of 2 bytes in a form of their own"),
  ])
  func `data of other kinds open, say what they are, and are not read`(name: String, words: String)
    throws
  {
    let dataset = try openFixture("unsupported.h5").dataset(name)
    #expect(dataset.storedType == .unsupported(words))
    #expect(
      failure { _ = try dataset.values(as: Float.self) }?.problem
        == "holds \(words); float32, or what fits it, was expected")
    #expect(throws: HDF5Error.self) { try dataset.strings() }
    #expect(throws: HDF5Error.self) { try read(dataset, as: .float32, count: 2) }
  }

  @Test func `a filter that is not there is named`() throws {
    let dataset = try openFixture("unsupported.h5").dataset("lzf")
    let error = failure { _ = try dataset.values(as: Int.self) }
    #expect(error?.problem.contains("lzf (filter 32000)") == true)
    #expect(error?.forbidden == .plugins)
  }

  @Test func `a shape that the memory cannot hold is refused before it is allocated`() throws {
    let file = try openFixture("huge.h5")
    let rows = try file.dataset("rows")
    #expect(
      failure { _ = try rows.values(as: Float.self) }?.problem
        == "1125899906842624 elements of 4 bytes; at most 1073741824 bytes were to be read")
    let some = Slab(rows: 5..<7, of: try rows.shape)
    #expect(try rows.values(some, as: Float.self) == [Float](repeating: 0, count: 2048))
    #expect(
      failure { _ = try file.dataset("overflow") }?.problem
        == "has the shape [1099511627776, 1099511627776], which is more than can be addressed")
    #expect(
      failure { _ = try file.dataset("chunk") }?.problem
        == "has chunks of the shape [134217728, 4], which are larger than 1 GiB")
  }

  @Test(
    arguments: [
      ([-1], nil, Storage.contiguous), ([2], [1], .chunked([1])), ([2], [3], .contiguous),
      ([2], [nil, nil], .chunked([1])), ([Int.max, 2], nil, .contiguous),
      ([Int.max / 2], nil, .contiguous), ([Int](repeating: 1, count: 33), nil, .contiguous),
      ([2], nil, .chunked([])), ([2], nil, .chunked([0])), ([2], nil, .chunked([1, 1])),
      ([2], nil, .chunked([1 << 32])), ([], nil, .chunked([])),
      ([2], nil, .chunked([1], filters: [.deflate(10)])),
      ([2], nil, .chunked([1], filters: [.other(id: 32000, name: "lzf", values: [])])),
    ] as [([Int], [Int?]?, Storage)])
  func `a dataset that cannot be is refused`(shape: [Int], maximum: [Int?]?, storage: Storage)
    throws
  {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let error = failure {
      try file.createDataset("x", .int32, shape: shape, maximumShape: maximum, storage: storage)
    }
    #expect(error?.libraryMessages == [])
    #expect(try file.names() == [])
  }
}
