import HDF5
import TestSupport
import Testing

@Test func `a file written and closed reads back`() throws {
  let folder = TemporaryDirectory()
  let path = folder.file("a.h5")
  do {
    let file = try File(creating: path)
    let d = try file.createDataset(
      "train/features", .float32, shape: [4, 3],
      storage: .chunked([2, 3], filters: [.shuffle, .deflate(4)]))
    try d.write((0..<12).map { Float($0) })
    try d.attributes.set("scale", to: Float(0.5))
    try file.attributes.set("classes", to: ["äpfel", "b"])
    try file.attributes.set("format", to: "lockstep")
    try file.close()
  }
  let file = try File(opening: path)
  #expect(try file.dataset("/train/features").values(as: Float.self) == (0..<12).map { Float($0) })
  #expect(
    try file.dataset("/train/features").values(as: Double.self) == (0..<12).map { Double($0) })
  #expect(try file.dataset("/train/features").attributes.value("scale") == Float(0.5))
  #expect(try file.attributes.strings("classes") == ["äpfel", "b"])
  #expect(try file.attributes.string("format") == "lockstep")
  print(try file.openObjectCount())
  #expect(throws: HDF5Error.self) { try file.dataset("train/x") }
  do { _ = try file.dataset("train/x") } catch { print(error) }
  do { _ = try file.dataset("train") } catch { print(error) }
  do { _ = try file.dataset("train/features").values(as: Int.self) } catch { print(error) }
  do { _ = try File(opening: "/etc/passwd") } catch { print(error) }
  do { _ = try File(opening: "/etc/passwdx") } catch { print(error) }
}
