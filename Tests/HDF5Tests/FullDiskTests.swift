import Foundation
import HDF5
import TestSupport
import Testing

/// Lets no file of this process grow beyond `bytes`, as a disk that is full.
private func limitFiles(to bytes: Int) {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  limit.rlim_cur = rlim_t(bytes)
  setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}

@Suite struct FullDiskTests {
  @Test func `data that do not fit the disk are an error of the write`() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      limitFiles(to: 10_000)
      let folder = TemporaryDirectory()
      let file = try File(creating: folder.file("a.h5"))
      let dataset = try file.createDataset("x", .float64, shape: [10_000])
      let error = failure { try dataset.write([Double](repeating: 1, count: 10_000)) }
      #expect(error?.object == "/x")
      #expect(error?.libraryMessages.first?.contains("File too large") == true)
      #expect(failure { try file.close() }?.problem.hasSuffix("are lost") == true)
    }
    #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("HDF5"))
  }

  @Test func `chunks that do not fit the disk are an error of closing`() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      limitFiles(to: 10_000)
      let folder = TemporaryDirectory()
      let file = try File(creating: folder.file("a.h5"))
      let storage = Storage.chunked([10_000], filters: [.shuffle])
      let dataset = try file.createDataset("x", .float64, shape: [10_000], storage: storage)
      try dataset.write([Double](repeating: 1, count: 10_000))
      #expect(failure { try file.close() }?.operation == "closing the file")
      // The process can go on with other files.
      let other = try File(creating: folder.file("b.h5"))
      try other.attributes.set("a", to: 1)
      try other.close()
      let reopened = try File(opening: folder.file("b.h5"))
      #expect(try reopened.attributes.value("a", as: Int.self) == 1)
      // Room comes too late.
      limitFiles(to: 1_000_000)
      #expect(failure { try file.flush() }?.problem.hasSuffix("are lost") == true)
      #expect(failure { try file.close() }?.problem.hasSuffix("are lost") == true)
    }
    #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("HDF5"))
  }

  @Test func `a dataset that is let go on a full disk is an error of closing its file`()
    async throws
  {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      limitFiles(to: 10_000)
      let folder = TemporaryDirectory()
      let file = try File(creating: folder.file("a.h5"))
      let storage = Storage.chunked([10_000])
      try file.createDataset("g/x", .float64, shape: [10_000], storage: storage)
        .write([Double](repeating: 1, count: 10_000))
      limitFiles(to: 1_000_000)
      #expect(failure { try file.close() }?.problem.hasSuffix("are lost") == true)
    }
    #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("HDF5"))
  }

  @Test func `a file that is let go on a full disk harms nothing`() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      limitFiles(to: 10_000)
      let folder = TemporaryDirectory()
      let storage = Storage.chunked([10_000])
      try File(creating: folder.file("a.h5"))
        .createDataset("x", .float64, shape: [10_000], storage: storage)
        .write([Double](repeating: 1, count: 10_000))
    }
    #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("HDF5"))
  }
}
