import Foundation
import Glibc
import HDF5
import TestSupport
import Testing

@Suite struct FileTests {
  let folder = TemporaryDirectory()

  private func opening(_ path: String) -> HDF5Error? {
    let error = failure { _ = try File(opening: path) }
    #expect(error?.file == path)
    #expect(error?.operation == "opening the file")
    return error
  }

  private func makeFile(_ name: String) throws -> String {
    let file = try File(creating: folder.file(name))
    try file.createDataset("x", .float64, shape: [1000]).write([Double](repeating: 1, count: 1000))
    try file.close()
    return file.path
  }

  @Test func `what is not there or no file is named`() throws {
    #expect(opening(folder.file("none.h5"))?.problem == "No such file or directory")
    #expect(opening(folder.path)?.problem == "is a folder; an HDF5 file was expected")
    #expect(opening("/dev/null")?.problem == "is no regular file; an HDF5 file was expected")
    #expect(opening("")?.problem == "\"\" is not the name of a file")
  }

  @Test func `empty and foreign files are named`() throws {
    let empty = try folder.write([], to: "empty.h5")
    #expect(opening(empty)?.problem == "is empty (0 bytes); an HDF5 file was expected")
    let text = try folder.write(Array("a,b,c\n1,2,3\n".utf8), to: "text.h5")
    let error = opening(text)
    #expect(error?.problem.hasPrefix("is not an HDF5 file") == true)
    #expect(error?.libraryMessages.contains { $0.contains("file signature not found") } == true)
    #expect(error?.description.hasPrefix("\(text): opening the file: is not an HDF5 file") == true)
  }

  @Test func `a truncated file is named`() throws {
    let content = try bytes(of: makeFile("whole.h5"))
    for length in [600, content.count / 2, content.count - 1] {
      let path = try folder.write(content[..<length], to: "cut-\(length).h5")
      let error = opening(path)
      #expect(error?.problem.hasPrefix("is truncated") == true)
      #expect(error?.libraryMessages.contains { $0.contains("truncated file") } == true)
    }
    let head = try folder.write(content[..<20], to: "head.h5")
    #expect(opening(head)?.problem.hasPrefix("cannot be opened: it is damaged") == true)
  }

  @Test func `an unreadable file is named`() throws {
    let path = try makeFile("a.h5")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    // Root may read everything: this thread looks at files as nobody meanwhile.
    let setUser = unsafeBitCast(
      dlsym(nil, "setfsuid"), to: (@convention(c) (UInt32) -> Int32).self)
    if geteuid() == 0 { _ = setUser(65534) }
    defer { _ = setUser(geteuid()) }
    // Nobody may not even reach the file where a folder above it is root's alone.
    #expect(opening(path)?.problem.hasSuffix("Permission denied") == true)
  }

  @Test func `a damaged superblock is told from a foreign file`() throws {
    var content = try bytes(of: makeFile("a.h5"))
    content[12] ^= 0xFF
    let error = opening(try folder.write(content, to: "b.h5"))
    #expect(error?.problem.hasPrefix("cannot be opened: it is damaged") == true)
    #expect(error?.libraryMessages.isEmpty == false)
  }

  @Test func `creating never overwrites`() throws {
    let path = try makeFile("a.h5")
    let before = try bytes(of: path)
    #expect(
      failure { _ = try File(creating: path) }?.problem == "exists already; it is not overwritten")
    #expect(try bytes(of: path) == before)
    let lost = failure { _ = try File(creating: folder.file("none/a.h5")) }
    #expect(lost?.problem == "its folder cannot be found: No such file or directory")
  }

  @Test func `a file opened for reading is not changed`() throws {
    let path = try makeFile("a.h5")
    let before = try bytes(of: path)
    let file = try File(opening: path)
    func expectRefusal(_ body: () throws -> Void) {
      #expect(failure(body)?.problem == "the file was opened for reading only")
    }
    expectRefusal { try file.createGroup("g") }
    expectRefusal { try file.createDataset("y", .int8, shape: [1]) }
    expectRefusal { try file.root.remove("x") }
    expectRefusal { try file.attributes.set("a", to: 1) }
    expectRefusal { try file.attributes.remove("a") }
    expectRefusal { try file.dataset("x").write([Double](repeating: 2, count: 1000)) }
    try file.close()
    #expect(try bytes(of: path) == before)
  }

  @Test func `a file opened for writing is changed`() throws {
    let path = try makeFile("a.h5")
    let file = try File(opening: path, .readWrite)
    try file.dataset("x").write([2.0], to: Slab(offset: [3], count: [1]))
    try file.attributes.set("a", to: 1)
    try file.close()
    let reopened = try File(opening: path)
    let values = try reopened.dataset("x").values(Slab(offset: [2], count: [2]), as: Double.self)
    #expect(values == [1, 2])
    #expect(try reopened.attributes.value("a", as: Int.self) == 1)
  }

  @Test func `a lock that a child process inherited keeps nobody from going on with a file`() throws
  {
    let path = try makeFile("a.h5")
    let other = open(path, O_RDONLY)
    defer { close(other) }
    #expect(flock(other, LOCK_EX) == 0)
    let file = try File(reopening: path)
    try file.attributes.set("a", to: 2)
    #expect(flock(other, LOCK_UN) == 0)
    // Nor does it lock the file itself.
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    try file.close()
  }

  @Test func `after a flush the content is in the file`() throws {
    let path = folder.file("a.h5")
    let file = try File(creating: path)
    let dataset = try file.createDataset("x", .uint8, shape: [4], storage: .chunked([4]))
    try dataset.write([UInt8](repeating: 0xC7, count: 4))
    try file.flush()
    let content = try bytes(of: path)
    #expect(
      content.indices.dropLast(3).contains { content[$0..<$0 + 4] == [0xC7, 0xC7, 0xC7, 0xC7] })
  }

  @Test func `new files have the format of HDF5 1.8`() throws {
    let content = try bytes(of: makeFile("a.h5"))
    #expect(Array(content[..<9]) == [0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A, 2])
  }

  @Test func `a closed file is no longer used`() throws {
    let file = try File(creating: folder.file("a.h5"))
    let dataset = try file.createDataset("x", .int8, shape: [1])
    try file.close()
    try file.close()
    #expect(throws: HDF5Error.self) { try dataset.write([Int8(1)]) }
    #expect(throws: HDF5Error.self) { try file.names() }
    #expect(throws: HDF5Error.self) { try file.flush() }
  }

  @Test func `a dataset keeps its file open`() throws {
    let path = try makeFile("a.h5")
    let dataset = try File(opening: path).dataset("x")
    #expect(try dataset.values(Slab(offset: [0], count: [1]), as: Double.self) == [1])
  }

  @Test func `nothing stays open after use, errors included`() throws {
    let file = try File(creating: folder.file("a.h5"))
    let alone = try file.openObjectCount()
    try file.createGroup("g/h").attributes.set("a", to: ["x"])
    try file.createDataset("g/x", .float32, shape: [2], byteOrder: .bigEndian).write(
      [1, 2] as [Float])
    _ = try file.dataset("g/x").values(as: Double.self)
    _ = try file.group("g/h").attributes.strings("a")
    try file.root.createDataset("s", strings: .variable, shape: [1]).write(["a"])
    _ = try file.dataset("s").strings()
    #expect(throws: HDF5Error.self) { try file.dataset("g/none") }
    #expect(throws: HDF5Error.self) { try file.dataset("g/x").values(as: Int.self) }
    #expect(throws: HDF5Error.self) { try file.dataset("g/x").write([1] as [Float]) }
    #expect(throws: HDF5Error.self) { try file.group("g/h").attributes.string("none") }
    #expect(throws: HDF5Error.self) { try file.group("g/h").attributes.value("a", as: Int.self) }
    #expect(try file.openObjectCount() == alone)
    let dataset = try file.dataset("g/x")
    #expect(try file.openObjectCount() > alone)
    _ = dataset.path
  }
}
