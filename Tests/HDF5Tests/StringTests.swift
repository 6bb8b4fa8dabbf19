import HDF5
import TestSupport
import Testing

@Suite struct StringTests {
  static let types: [StringType] = [
    .variable, .fixed(12), StringType(byteCount: 12, encoding: .utf8, padding: .spacePadded),
    StringType(byteCount: 12, encoding: .utf8, padding: .nullTerminated),
  ]

  @Test(arguments: types, [Storage.contiguous, .chunked([2, 1], filters: [.deflate(1)])])
  func `strings are read as they were written`(type: StringType, storage: Storage) throws {
    let folder = TemporaryDirectory()
    let strings = ["", "plain", "äöü €", "a b", " x", "日本語"]
    let file = try File(creating: folder.file("a.h5"))
    try file.root.createDataset("x", strings: type, shape: [3, 2], storage: storage).write(strings)
    try file.close()
    let dataset = try File(opening: folder.file("a.h5")).dataset("x")
    #expect(dataset.storedType == .string(type))
    #expect(try dataset.strings() == strings)
    #expect(try dataset.strings(Slab(rows: 1..<2, of: [3, 2])) == ["äöü €", "a b"])
  }

  @Test func `part of a dataset of strings is written`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    for (name, type) in [("variable", StringType.variable), ("fixed", .fixed(3))] {
      let dataset = try file.root.createDataset(name, strings: type, shape: [3])
      try dataset.write(["a", "b", "c"])
      try dataset.write(["xyz"], to: Slab(offset: [1], count: [1]))
      #expect(try dataset.strings() == ["a", "xyz", "c"])
    }
  }

  @Test func `a string that does not fit is refused, not cut`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    func writing(_ string: String, _ type: StringType) -> String? {
      failure { try file.attributes.set("a", to: string, as: type) }?.problem
    }
    #expect(writing("äöü", .fixed(5)) == "\"äöü\" has 6 bytes of UTF-8; there is room for 5")
    let terminated = StringType(byteCount: 3, encoding: .ascii, padding: .nullTerminated)
    #expect(writing("abc", terminated) == "\"abc\" has 3 bytes of UTF-8; there is room for 2")
    #expect(writing("ä", StringType(byteCount: nil, encoding: .ascii)) == "\"ä\" is not ASCII")
    #expect(writing("a\0b", .variable)?.contains("zero byte") == true)
    #expect(writing("a\0b", .fixed(9))?.contains("zero byte") == true)
    #expect(writing("", .fixed(0)) == "strings of 0 bytes; at least 1 is needed")
    #expect(try file.attributes.names() == [])
  }

  @Test func `numbers and strings are not taken for each other`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let strings = try file.root.createDataset("s", strings: .variable, shape: [1])
    let numbers = try file.createDataset("n", .int8, shape: [1])
    #expect(
      failure { _ = try strings.values(as: Int.self) }?.problem
        == "holds strings of variable length (UTF-8); int64, or what fits it, was expected")
    #expect(failure { _ = try numbers.strings() }?.problem == "holds int8; strings were expected")
    #expect(throws: HDF5Error.self) { try strings.write([1]) }
    #expect(throws: HDF5Error.self) { try numbers.write(["1"]) }
    #expect(
      failure { try strings.write(["a", "b"]) }?.problem == "2 strings for a slab of 1")
  }

  @Test func `more strings than the caller has memory for are refused`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let dataset = try file.root.createDataset("s", strings: .fixed(10), shape: [10])
    #expect(try dataset.strings(byteLimit: 100).count == 10)
    #expect(
      failure { _ = try dataset.strings(byteLimit: 99) }?.problem
        == "10 elements of 10 bytes; at most 99 bytes were to be read")
  }

  @Test func `strings longer than the caller has memory for are refused`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    let dataset = try file.root.createDataset("s", strings: .variable, shape: [3])
    try dataset.write([String](repeating: String(repeating: "x", count: 99), count: 3))
    #expect(try dataset.strings(byteLimit: 300).count == 3)
    #expect(failure { _ = try dataset.strings(byteLimit: 299) }?.problem == "H5Dread failed")
  }
}
