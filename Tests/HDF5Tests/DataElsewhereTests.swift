import Foundation
import HDF5
import TestSupport
import Testing

/// The files that the data of views and of external storage are in.
@Suite struct DataElsewhereTests {
  private let folder = fixture("Fixtures") + "/"

  private func sources(_ name: String, of file: String, _ permissions: Permissions) throws
    -> [SourceFile]
  {
    try openFixture(file, allowing: permissions).dataset(name).sourceFiles()
  }

  @Test func `external storage tells which of its bytes lie where`() throws {
    let files = try sources("external-storage", of: "leaving.h5", .externalStorage)
    #expect(files.map(\.path) == [folder + "outside.bin"])
    #expect(files.map(\.bytes) == [0..<4] && files.map(\.offset) == [0])
  }

  @Test func `a view tells which of its bytes are from which file`() throws {
    let files = try sources("two-files", of: "views.h5", .virtualDatasets)
    #expect(files.map(\.path) == [folder + "leaving.h5", folder + "outside.h5"])
    #expect(files.map(\.bytes) == [12..<24, 0..<12] && files.map(\.offset) == [nil, nil])
  }

  @Test func `other datasets, and views of the own file, have no other files`() throws {
    #expect(try sources("group/data", of: "leaving.h5", []).isEmpty)
    #expect(try sources("own", of: "views.h5", .virtualDatasets).isEmpty)
  }

  @Test func `a view of numbered blocks has as many as there are`() throws {
    let view = try openFixture("views.h5", allowing: .virtualDatasets).dataset("blocks")
    #expect(try view.values(as: Int.self) == [0, 1, 2, 3, 4, 5])
    #expect(try view.sourceFiles().map(\.path) == [folder + "views.h5"])
  }

  /// Files `part-0.h5` and so on, and a view that shows as many as there are.
  private func numbered(parts: Int) throws -> (folder: TemporaryDirectory, view: File) {
    let folder = TemporaryDirectory()
    for part in 0..<parts {
      let file = try File(creating: folder.file("part-\(part).h5"))
      try file.createDataset("data", .int32, shape: [3]).write([Int32](repeating: 1, count: 3))
      try file.close()
    }
    try folder.write(bytes(of: fixture("Fixtures/numbered.h5")), to: "numbered.h5")
    return (
      folder, try File(opening: folder.file("numbered.h5"), allowing: .virtualDatasets)
    )
  }

  @Test func `each of a view's numbered files has rows of its own`() throws {
    let (folder, file) = try numbered(parts: 4)
    let view = try file.dataset("rows")
    #expect(try view.shape == [12])
    let files = try view.sourceFiles()
    #expect(files.map(\.path) == (0..<4).map { folder.file("part-\($0).h5") })
    #expect(files.map(\.bytes) == (0..<4).map { 12 * $0..<12 * $0 + 12 })
  }

  @Test func `numbered files side by side are all found, each with all rows`() throws {
    let (folder, file) = try numbered(parts: 3)
    let view = try file.dataset("columns")
    #expect(try view.shape == [1, 9])
    let files = try view.sourceFiles()
    #expect(files.map(\.path) == (0..<3).map { folder.file("part-\($0).h5") })
    #expect(files.map(\.bytes) == [0..<36, 0..<36, 0..<36])
  }

  @Test func `the files behind views and links are among a view's`() throws {
    let both: Permissions = [.virtualDatasets, .externalLinks]
    for name in ["of-view", "of-link"] {
      #expect(
        try sources(name, of: "views.h5", both).map(\.path)
          == [folder + "leaving.h5", folder + "outside.h5"])
    }
  }

  @Test(arguments: [
    ("no-file", "shows secret of nowhere.h5, which cannot be found"),
    ("no-dataset", "shows nowhere of outside.h5, which cannot be found"),
    ("no-hdf5", "/outside.bin: is not an HDF5 file: its first bytes are not those of one"),
    ("of-link", "/leaving.h5: /external is a link to another file, which is not followed unless"),
    ("of-external-storage", "/leaving.h5: has its data in other files, which are not read unless"),
  ])
  func `a view of what is not there, or not allowed, is refused`(name: String, problem: String)
    throws
  {
    let error = failure { _ = try sources(name, of: "views.h5", .virtualDatasets) }
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    #expect(error?.object == "/" + name)
  }

  @Test(arguments: ["itself", "one", "view-17"])
  func `views through views are refused where the library might not come to an end`(name: String)
    throws
  {
    let error = failure { _ = try sources(name, of: "views.h5", .virtualDatasets) }
    #expect(error?.problem.contains("shows itself, or views of views, more than 16") == true)
  }

  @Test func `sixteen views through one another are read`() throws {
    #expect(try sources("view-16", of: "views.h5", .virtualDatasets).isEmpty)
  }

  @Test func `external storage is not read through a view, whatever is allowed`() throws {
    let error = failure {
      _ = try sources(
        "of-external-storage", of: "views.h5", [.virtualDatasets, .externalStorage])
    }
    #expect(error?.problem.hasSuffix("which are not read through a view") == true)
  }

  @Test func `external storage that is missing or ends early is refused`() throws {
    let folder = TemporaryDirectory()
    try folder.write(bytes(of: fixture("Fixtures/leaving.h5")), to: "leaving.h5")
    let storage = try File(opening: folder.file("leaving.h5"), allowing: .externalStorage)
      .dataset("external-storage")
    let path = folder.file("outside.bin")
    #expect(
      failure { _ = try storage.sourceFiles() }?.problem
        == "has its data in \(path), which cannot be found")
    try folder.write([1, 2, 3], to: "outside.bin")
    #expect(
      failure { _ = try storage.sourceFiles() }?.problem
        == "has its data in \(path), which has 3 bytes; 4 from byte 0 on were expected")
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(
      failure { _ = try storage.sourceFiles() }?.problem
        == "has its data in \(path), which is no regular file")
  }

  @Test func `a view shows a file that is open already`() throws {
    let outside = try openFixture("outside.h5")
    let view = try openFixture("leaving.h5", allowing: .virtualDatasets).dataset("virtual")
    #expect(try view.values(as: Int.self) == [7, 8, 9])
    #expect(try outside.dataset("secret").values(as: Int.self) == [7, 8, 9])
  }
}
