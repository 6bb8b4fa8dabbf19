import Foundation
import HDF5
import Kernels
import TestSupport
import Testing

@testable import Datasets

/// Files that others change while their rows are read.
@Suite struct ChangingFileTests {
  private let folder = TemporaryDirectory()
  private let rows = 20_000

  private func open(_ storage: HDF5.Storage) throws -> Datasets.Dataset {
    let path = folder.file("data.h5")
    let file = try File(creating: path)
    try file.createDataset("train/targets", .uint8, shape: [rows])
      .write([UInt8](repeating: 0, count: rows))
    try file.createDataset("train/features", .float32, shape: [rows, 50], storage: storage)
      .write((0..<rows * 50).map { Float($0) })
    try file.close()
    return try Datasets.Dataset(path: path)
  }

  /// The first feature of each row, in the order of the file, with little memory.
  private func firstFeatures(_ data: Datasets.Dataset) throws -> [Float] {
    let stream = try data.stream(.train, batch: 100, decoders: 2, budget: 3 << 20)
    #expect(!stream.plan.staysResident)
    let pass = stream.passInOrder()
    defer { pass.end() }
    let indices = AlignedBuffer<Int32>(count: 100)
    var found: [Float] = []
    while case let count = try pass.next(100, into: indices.pointer), count > 0 {
      let features = stream.memory.features(Array(indices.pointer[..<count]))
      found += stride(from: 0, to: features.count, by: 50).map { features[$0] }
    }
    return found
  }

  @Test(arguments: [HDF5.Storage.contiguous, .chunked([500, 50], filters: [.deflate(1)])])
  func `a file that gets another's name is read to its end`(storage: HDF5.Storage) throws {
    let data = try open(storage)
    try folder.write([1, 2, 3], to: "other")
    try FileManager.default.removeItem(atPath: folder.file("data.h5"))
    try FileManager.default.moveItem(
      atPath: folder.file("other"), toPath: folder.file("data.h5"))
    #expect(try firstFeatures(data) == (0..<rows).map { Float($0 * 50) })
  }

  @Test(arguments: [
    HDF5.Storage.contiguous, .chunked([500, 50], filters: [.deflate(1)]),
    // Places of chunks are looked up; there are too many for that; the library puts rows together.
    .chunked([500, 50]), .chunked([20, 50]), .chunked([500, 30]),
  ])
  func `a file that is cut off is an error that names dataset, rows and place`(
    storage: HDF5.Storage
  ) throws {
    let data = try open(storage)
    let size = try bytes(of: data.path).count
    #expect(truncate(data.path, size / 2) == 0)
    let error = #expect(throws: DatasetError.self) { try firstFeatures(data) }
    #expect(error?.file == data.path && error?.dataset == "/train/features")
    let problem = error?.problem ?? ""
    #expect(problem.contains("rows ") && problem.contains(", at byte "), "\(problem)")
  }

  @Test(arguments: [HDF5.Storage.contiguous, .chunked([500, 50], filters: [.deflate(1)])])
  func `a file that is written to while it is read is an error`(storage: HDF5.Storage) throws {
    let data = try open(storage)
    let size = try bytes(of: data.path).count
    // As a copy over it does.
    #expect(truncate(data.path, 0) == 0)
    #expect(truncate(data.path, off_t(size)) == 0)
    let error = #expect(throws: DatasetError.self) { try firstFeatures(data) }
    #expect(error?.problem.hasPrefix("was changed while it was read") == true)
    #expect(error?.dataset == "/train/features")
  }

  @Test func `plain chunks are found in a file that begins with something else`() throws {
    let data = try open(.chunked([500, 50]))
    let path = try folder.write(
      [UInt8](repeating: 0, count: 512) + bytes(of: data.path), to: "shifted.h5")
    #expect(try firstFeatures(Datasets.Dataset(path: path)) == (0..<rows).map { Float($0 * 50) })
  }

  /// A dataset of a file whose data lie in others, copies of which are in the folder.
  private func openLeaving(_ name: String) throws -> Datasets.Dataset {
    for file in ["leaving.h5", "outside.h5", "outside.bin"] {
      try folder.write(bytes(of: fixture("../HDF5Tests/Fixtures/" + file)), to: file)
    }
    return try Datasets.Dataset(
      path: folder.file("leaving.h5"), features: name, targets: name, task: .regression,
      allowing: [.externalLinks, .externalStorage, .virtualDatasets])
  }

  private static let elsewhere = [
    ("/virtual", "outside.h5", "in rows 0 to 2"),
    ("/external-storage", "outside.bin", ", at byte 0"),
  ]

  @Test(arguments: elsewhere)
  func `data in another file that is cut off are an error that names it and the rows`(
    name: String, file: String, place: String
  ) throws {
    let data = try openLeaving(name)
    let path = folder.file(file)
    #expect(truncate(path, 1) == 0)
    let error = #expect(throws: DatasetError.self) { try data.load(.train) }
    #expect(error?.file == data.path && error?.dataset == name)
    let problem = error?.problem ?? ""
    #expect(
      problem.hasPrefix("was changed while it was read: \(path) has 1 bytes now, in rows 0 to "),
      "\(problem)")
    #expect(problem.hasSuffix(place), "\(problem)")
  }

  @Test(arguments: elsewhere)
  func `data in another file that is replaced, removed or written to are an error that names it`(
    name: String, file: String, _: String
  ) throws {
    let path = folder.file(file)
    for (words, change) in [
      (
        "is another one now", { try FileManager.default.moveItem(atPath: path + "2", toPath: path) }
      ),
      ("is gone", {}),
    ] {
      let data = try openLeaving(name)
      try folder.write(bytes(of: path), to: file + "2")
      try FileManager.default.removeItem(atPath: path)
      try change()
      let error = #expect(throws: DatasetError.self) { try data.load(.train) }
      let prefix = "was changed while it was read: \(path) \(words), in rows "
      #expect(error?.problem.hasPrefix(prefix) == true, "\(error?.problem ?? "")")
    }
    let data = try openLeaving(name)
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.write(contentsOf: Data([bytes(of: path)[0]]))
    try handle.close()
    let error = #expect(throws: DatasetError.self) { try data.load(.train) }
    #expect(error?.problem.contains("\(path) was written to, in rows ") == true)
  }

  @Test func `a file behind a link to it that is cut off is named`() throws {
    let data = try openLeaving("/external")
    #expect(truncate(folder.file("outside.h5"), 1) == 0)
    let error = #expect(throws: DatasetError.self) { try data.load(.train) }
    #expect(error?.problem.contains("\(folder.file("outside.h5")) has 1 bytes now") == true)
  }
}
