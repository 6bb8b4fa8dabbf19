import HDF5
import TestSupport
import Testing

/// 0 … 12, then the type's smallest and largest value: what `make.py` writes.
private func ramp<T: FixedWidthInteger>(_ type: T.Type) -> [T] {
  (0..<13).map { T($0) } + [T.min, T.max]
}

private func ramp<T: BinaryFloatingPoint>(_ type: T.Type) -> [T] {
  (0..<13).map { T($0) } + [-T.greatestFiniteMagnitude, T.greatestFiniteMagnitude]
}

@Suite struct H5pyTests {
  static let files = ["numbers.h5", "numbers-v110.h5"]

  private func check<T: Element & Equatable>(_ file: File, _ name: String, _ expected: [T]) throws {
    for order in ByteOrder.allCases {
      let prefix = order == .bigEndian ? "big" : "little"
      for layout in ["contiguous", "deflate"] {
        let path = "\(prefix)/\(layout)/\(name)"
        if try layout == "deflate" && file.kind(of: path) == nil { continue }
        let dataset = try file.dataset(path)
        let stored = T.elementType.byteCount == 1 ? .littleEndian : order
        #expect(dataset.storedType == .number(T.elementType, stored))
        #expect(try dataset.shape == [5, 3])
        #expect(try dataset.values(as: T.self) == expected, "\(path)")
        #expect(
          try dataset.values(Slab(rows: 3..<5, of: [5, 3]), as: T.self) == Array(expected[9...]))
      }
    }
  }

  @Test(arguments: files)
  func `every number that h5py writes is read`(name: String) throws {
    let file = try openFixture(name)
    try check(file, "i1", ramp(Int8.self))
    try check(file, "i2", ramp(Int16.self))
    try check(file, "i4", ramp(Int32.self))
    try check(file, "i8", ramp(Int64.self))
    try check(file, "u1", ramp(UInt8.self))
    try check(file, "u2", ramp(UInt16.self))
    try check(file, "u4", ramp(UInt32.self))
    try check(file, "u8", ramp(UInt64.self))
    try check(file, "f2", ramp(Float16.self))
    try check(file, "f4", ramp(Float.self))
    try check(file, "f8", ramp(Double.self))
  }

  @Test(arguments: files)
  func `filters and chunks are told`(name: String) throws {
    let dataset = try openFixture(name).dataset("big/deflate/f4")
    #expect(dataset.layout == .chunked([2, 3]))
    #expect(dataset.filters == [.shuffle, .deflate(4)])
  }

  @Test(arguments: files)
  func `half floats are read with their special values`(name: String) throws {
    let values = try openFixture(name).dataset("half").values(as: Float.self)
    #expect(Array(values[..<5]) == [0, 0, 1, -2.5, 65504])
    #expect(values[1].sign == .minus)
    #expect(values[5] == 0x1p-24)
    #expect(Array(values[6..<8]) == [.infinity, -.infinity])
    #expect(values[8].isNaN)
  }

  @Test(arguments: files)
  func `layouts and shapes of all kinds are read`(name: String) throws {
    let file = try openFixture(name)
    #expect(try file.dataset("bool").storedType == .number(.int8, .littleEndian))
    #expect(try file.dataset("bool").values(as: Int.self) == [1, 0, 1])
    #expect(try file.dataset("scalar").shape == [])
    #expect(try file.dataset("scalar").values(as: Float.self) == [2.5])
    #expect(try file.dataset("nothing").shape == [0, 4])
    #expect(try file.dataset("nothing").values(as: Float.self) == [])
    #expect(try file.dataset("null").shape == [0])
    #expect(try file.dataset("null").values(as: Float.self) == [])
    #expect(try file.dataset("unwritten").values(as: Int32.self) == [7, 7, 7])
    #expect(try file.dataset("growing").maximumShape == [nil])
    #expect(try file.dataset("growing").values(as: Int32.self) == [0, 1, 2, 3])
    #expect(try file.dataset("fletcher").filters == [.fletcher32])
    #expect(try file.dataset("fletcher").values(as: Int.self) == Array(0..<9))
    #expect(try file.dataset("compact").layout == .compact)
    #expect(try file.dataset("compact").values(as: Int32.self) == [4, 3, 2, 1])
  }

  @Test func `strings of every kind are read`() throws {
    let file = try openFixture("strings.h5")
    func strings(_ name: String) throws -> [String] { try file.dataset(name).strings() }
    #expect(try strings("variable") == ["", "plain", "äöü €"])
    #expect(try strings("ascii") == ["one", "two"])
    #expect(try strings("fixed") == ["ab", "abcde", ""])
    #expect(try strings("fixed-utf8") == ["ä", "abcd"])
    #expect(try strings("matrix") == ["a", "b", "c", "d"])
    #expect(try strings("unwritten") == ["", ""])
    #expect(try strings("null-terminated") == ["ab", "abcde"])
    #expect(try strings("space-padded") == ["a b", "abcdef"])
    let column = Slab(offset: [0, 1], count: [2, 1])
    #expect(try file.dataset("matrix").strings(column) == ["b", "d"])
    #expect(try file.dataset("variable").storedType == .string(.variable))
    #expect(
      try file.dataset("fixed").storedType == .string(StringType(byteCount: 5, encoding: .ascii)))
    let error = failure { _ = try strings("latin1") }
    #expect(error?.problem == "string 0 is not valid UTF-8")
  }

  @Test func `attributes of every kind are read`() throws {
    let attributes = try openFixture("attributes.h5").group("train").attributes
    #expect(try attributes.string("text") == "größer")
    #expect(try attributes.string("bytes") == "raw")
    #expect(try attributes.strings("texts") == ["a", "bc", ""])
    #expect(try attributes.value("int", as: Int.self) == 42)
    #expect(try attributes.storedType(of: "big") == .number(.int16, .bigEndian))
    #expect(try attributes.value("big", as: Int16.self) == -7)
    #expect(try attributes.value("big", as: Float.self) == -7)
    #expect(try attributes.value("float", as: Double.self) == 0.25)
    #expect(try attributes.value("half", as: Float.self) == 1.5)
    #expect(try attributes.shape(of: "array") == [2, 3])
    #expect(try attributes.values("array", as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(try attributes.value("flag", as: Int.self) == 1)
    #expect(try attributes.values("none", as: Double.self) == [])
    #expect(try attributes.value("größe", as: Int.self) == 3)
    let expected = [
      "array", "big", "bytes", "flag", "float", "größe", "half", "int", "none", "pair", "text",
      "texts",
    ]
    #expect(try attributes.names() == expected)
    #expect(
      failure { _ = try attributes.value("pair", as: Int.self) }?.problem
        == "holds compound data; int64, or what fits it, was expected")
  }
}
