import HDF5
import TestSupport
import Testing

@Suite struct AttributeTests {
  let folder = TemporaryDirectory()
  let file: File

  init() throws {
    file = try File(creating: folder.file("a.h5"))
  }

  private func check<T: Element & Equatable>(_ values: [T]) throws {
    try file.attributes.set("scalar", to: values[0])
    try file.attributes.set("array", to: values)
    #expect(try file.attributes.value("scalar", as: T.self) == values[0])
    #expect(try file.attributes.values("array", as: T.self) == values)
    #expect(try file.attributes.shape(of: "scalar") == [])
    #expect(try file.attributes.shape(of: "array") == [values.count])
    #expect(
      try file.attributes.storedType(of: "array")
        == .number(T.elementType, .littleEndian))
  }

  @Test func `numbers of every type are read as they were written`() throws {
    try check([Int8.min, 0, .max])
    try check([Int16.min, 0, .max])
    try check([Int32.min, 0, .max])
    try check([Int64.min, 0, .max])
    try check([Int.min, 0, .max])
    try check([UInt8.max, 0])
    try check([UInt16.max, 0])
    try check([UInt32.max, 0])
    try check([UInt64.max, 0])
    try check([UInt.max, 0])
    try check([Float16(1.5), -.infinity])
    try check([Float.pi, -.infinity])
    try check([Double.pi, -.infinity])
  }

  @Test func `strings are read as they were written`() throws {
    try file.attributes.set("one", to: "größer")
    try file.attributes.set("many", to: ["a", "", "日本"])
    try file.attributes.set("variable", to: ["a", "", "日本"], as: .variable)
    try file.attributes.set("fixed", to: ["a", "", "日本"], as: .fixed(6))
    try file.attributes.set("none", to: [String]())
    #expect(try file.attributes.string("one") == "größer")
    #expect(try file.attributes.strings("many") == ["a", "", "日本"])
    #expect(try file.attributes.strings("variable") == ["a", "", "日本"])
    #expect(try file.attributes.storedType(of: "many") == .string(.fixed(6)))
    #expect(try file.attributes.storedType(of: "variable") == .string(.variable))
    #expect(try file.attributes.strings("fixed") == ["a", "", "日本"])
    #expect(try file.attributes.strings("none") == [])
    try file.attributes.set("empty", to: "")
    #expect(try file.attributes.string("empty") == "")
    #expect(try file.attributes.shape(of: "one") == [])
    #expect(try file.attributes.storedType(of: "fixed") == .string(.fixed(6)))
  }

  @Test func `arrays keep their shape`() throws {
    try file.attributes.set("a", to: [1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(try file.attributes.shape(of: "a") == [2, 3])
    #expect(try file.attributes.values("a", as: Int.self) == [1, 2, 3, 4, 5, 6])
    try file.attributes.set("empty", to: [Int]())
    #expect(try file.attributes.values("empty", as: Int.self) == [])
    #expect(
      failure { try file.attributes.set("a", to: [1, 2], shape: [3]) }?.problem
        == "2 values for the shape [3]")
  }

  @Test func `setting again replaces value and type`() throws {
    try file.attributes.set("a", to: 1)
    try file.attributes.set("a", to: "text")
    #expect(try file.attributes.string("a") == "text")
    #expect(try file.attributes.names() == ["a"])
    try file.attributes.remove("a")
    #expect(try file.attributes.contains("a") == false)
  }

  @Test func `an attribute may be larger than 64 KiB`() throws {
    let values = (0..<100_000).map { Float($0) }
    try file.attributes.set("a", to: values)
    #expect(try file.attributes.values("a", as: Float.self) == values)
  }

  @Test func `datasets have attributes of their own`() throws {
    let dataset = try file.createDataset("x", .int8, shape: [1])
    try dataset.attributes.set("a", to: 1)
    #expect(try file.attributes.contains("a") == false)
    #expect(try file.dataset("x").attributes.value("a", as: Int.self) == 1)
  }

  @Test func `what is missing or of another kind is an error that names it`() throws {
    try file.createGroup("g").attributes.set("text", to: "a")
    try file.attributes.set("numbers", to: [1.5, 2])
    let missing = failure { _ = try file.attributes.value("x", as: Int.self) }
    #expect(missing?.object == "/@x")
    #expect(missing?.problem == "does not exist")
    let text = failure { _ = try file.group("g").attributes.value("text", as: Int.self) }
    #expect(text?.object == "/g@text")
    #expect(
      text?.problem
        == "holds strings of 1 byte (UTF-8); int64, or what fits it, was expected")
    #expect(
      failure { _ = try file.attributes.value("numbers", as: Double.self) }?.problem
        == "holds 2 values; 1 was expected")
    #expect(
      failure { _ = try file.attributes.values("numbers", as: Float.self) }?.problem
        == "holds float64; float32, or what fits it, was expected")
    #expect(
      failure { _ = try file.attributes.string("numbers") }?.problem
        == "holds float64; strings were expected")
    #expect(throws: HDF5Error.self) { try file.attributes.remove("x") }
    #expect(throws: HDF5Error.self) { try file.attributes.set("", to: 1) }
    #expect(throws: HDF5Error.self) { try file.attributes.set("a\0b", to: 1) }
  }
}
