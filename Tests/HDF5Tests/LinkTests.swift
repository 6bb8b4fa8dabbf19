import HDF5
import TestSupport
import Testing

@Suite struct LinkTests {
  @Test func `groups are created along the path and listed`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    try file.createGroup("b/c")
    try file.group("b").createDataset("größe", .int8, shape: [1])
    try file.group("b").createGroup("/a")
    #expect(try file.names() == ["a", "b"])
    #expect(try file.group("b").names() == ["c", "größe"])
    #expect(try file.group("/b/c").path == "/b/c")
    #expect(try file.group("b").group("c").path == "/b/c")
    #expect(try file.group("b").dataset("größe").path == "/b/größe")
    #expect(try file.kind(of: "b/größe") == .dataset)
    #expect(try file.kind(of: "/") == .group)
    try file.root.remove("b/größe")
    #expect(try file.kind(of: "b/größe") == nil)
    #expect(try file.kind(of: "x/y/z") == nil)
  }

  @Test func `a name that exists is not overwritten`() throws {
    let folder = TemporaryDirectory()
    let file = try File(creating: folder.file("a.h5"))
    try file.createGroup("g")
    #expect(failure { try file.createGroup("g") }?.problem == "exists already")
    #expect(
      failure { try file.createDataset("g", .int8, shape: [1]) }?.problem == "exists already")
  }

  @Test func `what does not exist or is of another kind is named`() throws {
    let file = try openFixture("leaving.h5")
    let missing = failure { _ = try file.dataset("group/daten") }
    #expect(missing?.object == "/group/daten")
    #expect(missing?.problem == "does not exist; /group holds data")
    #expect(failure { _ = try file.dataset("grup/data") }?.problem.contains("/ holds ") == true)
    #expect(
      failure { _ = try file.dataset("group") }?.problem == "is a group; a dataset was expected")
    #expect(
      failure { _ = try file.group("group/data") }?.problem
        == "is a dataset; a group was expected")
    #expect(throws: HDF5Error.self) { try file.dataset("group/data/x") }
    #expect(throws: HDF5Error.self) { try file.dataset("") }
    #expect(throws: HDF5Error.self) { try file.dataset("group\0") }
  }

  @Test func `links are followed only inside the file`() throws {
    let file = try openFixture("leaving.h5")
    #expect(try file.dataset("soft").values(as: Int32.self) == [0, 1, 2])
    #expect(try file.dataset("soft-group/data").values(as: Int32.self) == [0, 1, 2])
    #expect(try file.kind(of: "soft") == .dataset)
    #expect(try file.kind(of: "broken") == .brokenLink)
    #expect(try file.kind(of: "external") == .externalLink)
    #expect(try file.kind(of: "external-root") == .externalLink)
    #expect(try file.kind(of: "external-root/secret") == .externalLink)
    #expect(try file.kind(of: "soft-external") == .brokenLink)
    #expect(try file.kind(of: "soft-through-external") == .brokenLink)
    #expect(try file.kind(of: "type") == .namedType)
    for name in ["external", "external-root/secret", "hidden/external"] {
      let error = failure { _ = try file.dataset(name) }
      #expect(
        error?.problem.contains("is a link to another file, which is not followed unless allowed")
          == true)
    }
    for name in ["soft-external", "soft-through-external", "broken"] {
      #expect(
        failure { _ = try file.dataset(name) }?.problem
          == "is a link to an object that does not exist; a dataset was expected")
    }
    #expect(throws: HDF5Error.self) { try file.group("external-root") }
  }

  @Test func `links to other files are followed where that is allowed`() throws {
    let file = try openFixture("leaving.h5", allowing: .externalLinks)
    for name in ["external", "external-root/secret", "soft-external", "soft-through-external"] {
      #expect(try file.dataset(name).values(as: Int32.self) == [7, 8, 9])
    }
  }

  @Test func `data in other files are read only where that is allowed`() throws {
    let file = try openFixture("leaving.h5")
    #expect(
      failure { _ = try file.dataset("external-storage") }?.problem
        == "has its data in other files, which are not read unless allowed")
    #expect(
      failure { _ = try file.dataset("virtual") }?.problem
        == "is a view of other datasets, which is not read unless allowed")
    let allowed = try openFixture("leaving.h5", allowing: [.virtualDatasets])
    #expect(try allowed.dataset("virtual").values(as: Int32.self) == [7, 8, 9])
    #expect(throws: HDF5Error.self) { try allowed.dataset("external-storage") }
    let storage = try openFixture("leaving.h5", allowing: [.externalStorage])
    #expect(try storage.dataset("external-storage").values(as: Int.self) == [1, 2, 3, 4])
    #expect(throws: HDF5Error.self) { try storage.dataset("virtual") }
  }
}
