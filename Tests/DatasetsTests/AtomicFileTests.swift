import Glibc
import TestSupport
import Testing

@testable import Datasets

@Suite struct AtomicFileTests {
  let folder = TemporaryDirectory()

  @Test func `a file has its name only once it is complete`() throws {
    let file = try AtomicFile(target: folder.file("a"), replacingExisting: false)
    try file.write("one ")
    try file.write("two")
    #expect(try folder.names().count == 1 && folder.names() != ["a"])
    try file.commit()
    #expect(try folder.names() == ["a"])
    #expect(try bytes(of: folder.file("a")) == Array("one two".utf8))
  }

  @Test func `a file that is cancelled or dropped leaves nothing`() throws {
    let file = try AtomicFile(target: folder.file("a"), replacingExisting: false)
    file.cancel()
    #expect(try folder.names().isEmpty)
    _ = try AtomicFile(target: folder.file("a"), replacingExisting: false)
    #expect(try folder.names().isEmpty)
  }

  @Test func `an existing file is refused, also one that appears meanwhile`() throws {
    try folder.write([1], to: "a")
    let error = #expect(throws: DatasetError.self) {
      try AtomicFile(target: folder.file("a"), replacingExisting: false)
    }
    #expect(error?.description.hasPrefix("\(folder.file("a")): exists already") == true)

    let late = try AtomicFile(target: folder.file("b"), replacingExisting: false)
    try folder.write([2], to: "b")
    #expect(throws: DatasetError.self) { try late.commit() }
    #expect(try folder.names() == ["a", "b"])
    #expect(try bytes(of: folder.file("b")) == [2])
  }

  @Test func `an existing file is replaced when asked`() throws {
    try folder.write([1], to: "a")
    try AtomicFile.write("new", to: folder.file("a"), replacingExisting: true)
    #expect(try bytes(of: folder.file("a")) == Array("new".utf8))
    #expect(try folder.names() == ["a"])
  }

  @Test func `names that cannot be written are errors with the path`() throws {
    let long = folder.file(String(repeating: "n", count: 300))
    for path in ["", folder.path, folder.file("none/a"), "/dev/null/a", long] {
      let error = #expect(throws: DatasetError.self) {
        let file = try AtomicFile(target: path, replacingExisting: true)
        try file.commit()
      }
      #expect(error?.file.hasSuffix(path.isEmpty ? "\"\"" : path) == true)
    }
    #expect(try folder.names().isEmpty)
  }

  @Test func `a name as long as the file system allows is written`() throws {
    let name = String(repeating: "é", count: 127)
    try AtomicFile.write("x", to: folder.file(name), replacingExisting: false)
    #expect(try folder.names() == [name])
  }

  @Test func `a full disk is an error that names the file and says what to do`() throws {
    // /dev/full is full; its folder is not writable for a temporary file, so a limit stands in.
    let file = try AtomicFile(target: folder.file("a"), replacingExisting: false)
    #expect(
      AtomicFile.failure(folder.file("a"), "cannot be written", ENOSPC).description
        == "\(folder.file("a")): cannot be written: No space left on device; "
        + "free some space on the disk, or write elsewhere")
    file.cancel()
  }
}
