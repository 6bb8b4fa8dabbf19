import Glibc
import HDF5
import TestSupport
import Testing

@testable import Datasets

@Suite struct DirectWriterTests {
  let folder = TemporaryDirectory()
  private static let page = DirectWriter.pageBytes

  /// Writes a few pages that begin at `offset` of the file, from memory `shift` bytes behind a page.
  /// - Returns: which bytes went past the cache; nil where the file system has no such way.
  private func write(at offset: Int, count: Int, shift: Int) throws -> Range<Int>? {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: 5 * Self.page, alignment: Self.page)
    defer { memory.deallocate() }
    for index in memory.indices { memory[index] = UInt8(truncatingIfNeeded: index * 7 + 1) }
    let path = folder.file("data")
    try folder.write([UInt8](repeating: 0, count: 6 * Self.page), to: "data")
    guard let writer = DirectWriter(path) else { return nil }
    let bytes = UnsafeRawBufferPointer(rebasing: memory[shift..<shift + count])
    let written = writer.write(bytes, at: offset)
    let found = try TestSupport.bytes(of: path)
    for index in found.indices {
      let isWritten = written.contains(index - offset)
      #expect(found[index] == (isWritten ? bytes[index - offset] : 0), "byte \(index)")
      if found[index] != (isWritten ? bytes[index - offset] : 0) { break }
    }
    return written
  }

  @Test func `whole pages are written, and what is beside them is left`() throws {
    let page = Self.page
    guard let all = try write(at: 0, count: 3 * page, shift: 0) else { return }
    #expect(all == 0..<3 * page)
    #expect(try write(at: 2 * page, count: 2 * page + 1, shift: 0) == 0..<2 * page)
    #expect(try write(at: page + 100, count: 3 * page, shift: 100) == page - 100..<3 * page - 100)
  }

  @Test func `what is no page, or lies otherwise in memory, is left`() throws {
    let page = Self.page
    guard let none = try write(at: 0, count: page - 1, shift: 0) else { return }
    #expect(none.isEmpty)
    #expect(try write(at: 1, count: 2 * page - 2, shift: 1)?.isEmpty == true)
    #expect(try write(at: 100, count: 3 * page, shift: 101)?.isEmpty == true)
  }

  /// The part of a file's pages that the system keeps in memory.
  private func cachedPart(of path: String) throws -> Double {
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    let count = Int(lseek(descriptor, 0, SEEK_END))
    let memory = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
    defer { munmap(memory, count) }
    var pages = [UInt8](repeating: 0, count: (count + Self.page - 1) / Self.page)
    try #require(mincore(memory, count, &pages) == 0)
    return Double(pages.count { $0 & 1 == 1 }) / Double(pages.count)
  }

  @Test func `a dataset written past the cache is not kept there`() throws {
    try folder.write([0], to: "probe")
    guard DirectWriter(folder.file("probe")) != nil else { return }
    var small = SmallDataset(featureType: .float64, rows: [.train: 70_000])
    small.storage = StorageOptions(compression: .none)
    small.pastCache = true
    try small.write(folder.file("a"))
    #expect(try cachedPart(of: folder.file("a")) < 0.5)
  }

  @Test(arguments: [48, 1000, 100_000, 1 << 20], [false, true])
  func `rows that are made in the writer's memory are the same file`(
    chunkBytes: Int, pastCache: Bool
  ) throws {
    var small = SmallDataset(featureType: .float64, rows: [.train: 70_000, .test: 300])
    small.storage = StorageOptions(compression: .none, chunkBytes: chunkBytes)
    small.bandRows = 7_001
    try small.write(folder.file("a"))
    small.pastCache = pastCache
    small.piecesAhead = 2
    try small.write(folder.file("b"))
    #expect(try bytes(of: folder.file("a")) == bytes(of: folder.file("b")))
  }

  @Test func `a file that cannot be opened has no such writer`() {
    #expect(DirectWriter(folder.file("none")) == nil)
  }

  @Test(arguments: [48, 1000, 4096, 100_000, 1 << 20])
  func `a dataset written past the cache is the same file`(chunkBytes: Int) throws {
    var small = SmallDataset(featureType: .float64, rows: [.train: 70_000, .test: 300])
    small.storage = StorageOptions(compression: .none, chunkBytes: chunkBytes)
    small.bandRows = 7_001
    try small.write(folder.file("a"))
    small.pastCache = true
    try small.write(folder.file("b"))
    #expect(try bytes(of: folder.file("a")) == bytes(of: folder.file("b")))
  }
}
