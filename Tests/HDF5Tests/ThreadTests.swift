import Dispatch
import Foundation
import HDF5
import Synchronization
import TestSupport
import Testing

@Suite struct ThreadTests {
  @Test func `several threads read and write one file at once`() throws {
    let folder = TemporaryDirectory()
    let path = folder.file("a.h5")
    let file = try File(creating: path)
    let shared = try file.createDataset(
      "shared", .int32, shape: [64, 16], storage: .chunked([4, 16], filters: [.deflate(1)]))
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 16) { index in
      do {
        let values = (0..<64).map { Int32(1000 * index + $0) }
        let slab = Slab(rows: 4 * index..<4 * index + 4, of: [64, 16])
        for _ in 0..<5 {
          try shared.write(values, to: slab)
          let own = try file.createDataset("own/\(index)", .float64, shape: [3])
          try own.write([Double(index), 0, 1])
          try own.attributes.set("name", to: "thread \(index)")
          if try shared.values(slab, as: Int32.self) != values { throw Mismatch() }
          if try own.attributes.string("name") != "thread \(index)" { throw Mismatch() }
          try file.root.remove("own/\(index)")
        }
        // Errors of one thread carry that thread's messages.
        var wrong = false
        for _ in 0..<5 {
          do throws(HDF5Error) {
            _ = try file.dataset("none-\(index)")
          } catch {
            wrong = wrong || error.object != "/none-\(index)"
          }
          do throws(HDF5Error) {
            _ = try File(opening: fixture("Fixtures/make.py"))
          } catch {
            wrong = wrong || !error.libraryMessages[0].contains("file signature not found")
          }
        }
        if wrong { throw Mismatch() }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let expected = (0..<16).flatMap { index in (0..<64).map { Int32(1000 * index + $0) } }
    #expect(try shared.values(as: Int32.self) == expected)
  }

  @Test func `the library prints nothing, on any thread`() throws {
    let folder = TemporaryDirectory()
    let printed = try captureErrorOutput(in: folder) {
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        _ = try? File(opening: fixture("Fixtures/make.py"))
        _ = try? openFixture("unsupported.h5").dataset("lzf").values(as: Int.self)
      }
      let thread = Thread { _ = try? File(opening: fixture("Fixtures/make.py")) }
      thread.start()
      while !thread.isFinished { usleep(1000) }
    }
    #expect(printed.contains("captured"))
    #expect(!printed.contains("HDF5-DIAG"))
  }

  private struct Mismatch: Error {}

  /// What is printed to the error output meanwhile, by any test of the process.
  private func captureErrorOutput(in folder: TemporaryDirectory, _ body: () -> Void) throws
    -> String
  {
    let path = folder.file("stderr")
    let saved = dup(2)
    let file = open(path, O_CREAT | O_RDWR | O_APPEND, 0o600)
    dup2(file, 2)
    body()
    FileHandle.standardError.write(Data("captured\n".utf8))
    dup2(saved, 2)
    close(saved)
    close(file)
    return String(decoding: try bytes(of: path), as: UTF8.self)
  }
}
