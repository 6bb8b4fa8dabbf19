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

  @Test func `a full disk is an error that names the file, and leaves nothing`() async throws {
    let path = folder.file("a")
    await #expect(processExitsWith: .success) { [path = path as String] in
      limitFiles(to: 1000)
      let error = #expect(throws: DatasetError.self) {
        try AtomicFile.write(
          String(repeating: "x", count: 2000), to: path, replacingExisting: false)
      }
      #expect(error?.description.hasPrefix("\(path): cannot be written: File too large") == true)
    }
    #expect(try folder.names().isEmpty)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal that ends the process removes its unfinished files`(signal: Int32) async throws {
    let path = folder.file("a")
    await #expect(processExitsWith: .exitCode(128 + signal)) {
      [path = path as String, signal = signal as Int32] in
      AtomicFile.removeTemporariesOnInterrupt()
      let committed = try AtomicFile(target: path + "-done", replacingExisting: false)
      try committed.write("x")
      try committed.commit()
      let file = try AtomicFile(target: path, replacingExisting: false)
      try file.write("x")
      // To the process: threads of Dispatch take no signals.
      kill(getpid(), signal)
      sleep(30)
    }
    #expect(try folder.names() == ["a-done"])
  }
}

/// Lets no file of this process grow beyond `bytes`, as a full disk does.
func limitFiles(to bytes: Int) {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  limit.rlim_cur = rlim_t(bytes)
  setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}
