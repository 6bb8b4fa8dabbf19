import Glibc
import TestSupport
import Testing

@testable import Datasets

@Suite struct AtomicFileTests {
  let folder = TemporaryFolder()

  @Test func `a file has its name only once it is complete`() throws {
    let file = try AtomicFile(target: folder / "a", replacingExisting: false)
    try file.write("one ")
    try file.write("two")
    #expect(folder.names.count == 1 && folder.names != ["a"])
    try file.commit()
    #expect(folder.names == ["a"])
    #expect(folder.read("a") == Array("one two".utf8))
  }

  @Test func `a file that is cancelled or dropped leaves nothing`() throws {
    let file = try AtomicFile(target: folder / "a", replacingExisting: false)
    file.cancel()
    #expect(folder.names.isEmpty)
    _ = try AtomicFile(target: folder / "a", replacingExisting: false)
    #expect(folder.names.isEmpty)
  }

  @Test func `an existing file is refused, also one that appears meanwhile`() throws {
    folder.write("a", [1])
    let error = #expect(throws: DatasetError.self) {
      try AtomicFile(target: folder / "a", replacingExisting: false)
    }
    #expect(error?.description.hasPrefix("\(folder / "a"): exists already") == true)

    let late = try AtomicFile(target: folder / "b", replacingExisting: false)
    folder.write("b", [2])
    #expect(throws: DatasetError.self) { try late.commit() }
    #expect(folder.names == ["a", "b"])
    #expect(folder.read("b") == [2])
  }

  @Test func `an existing file is replaced when asked`() throws {
    folder.write("a", [1])
    try AtomicFile.write("new", to: folder / "a", replacingExisting: true)
    #expect(folder.read("a") == Array("new".utf8))
    #expect(folder.names == ["a"])
  }

  @Test func `names that cannot be written are errors with the path`() throws {
    let long = folder / String(repeating: "n", count: 300)
    for path in ["", folder.path, folder / "none/a", "/dev/null/a", long] {
      let error = #expect(throws: DatasetError.self) {
        let file = try AtomicFile(target: path, replacingExisting: true)
        try file.commit()
      }
      #expect(error?.file.contains(path) == true)
    }
    #expect(folder.names.isEmpty)
  }

  @Test func `a name as long as the file system allows is written`() throws {
    let name = String(repeating: "é", count: 127)
    try AtomicFile.write("x", to: folder / name, replacingExisting: false)
    #expect(folder.names == [name])
  }

  @Test func `a full disk is an error that names the file and says what to do`() throws {
    // /dev/full is full; its folder is not writable for a temporary file, so a limit stands in.
    let file = try AtomicFile(target: folder / "a", replacingExisting: false)
    #expect(
      AtomicFile.failure(folder / "a", "cannot be written", ENOSPC).description
        == "\(folder / "a"): cannot be written: No space left on device; "
        + "free some space on the disk, or write elsewhere")
    file.cancel()
  }
}
