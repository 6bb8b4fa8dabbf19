import CZip
import Datasets
import Glibc
import TestSupport
import Testing

@testable import Conversion

/// The bytes of a zip archive.
func zip(_ members: [(name: String, content: [UInt8])], deflated: Bool = true) throws -> [UInt8] {
  let folder = TemporaryDirectory()
  let path = folder.file("zip")
  let archive = try #require(zip_open(path, ZIP_CREATE, nil))
  for (name, content) in members {
    let buffer = try #require(malloc(content.count))
    content.withUnsafeBytes { buffer.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    // 1: libzip frees the buffer.
    let source = zip_source_buffer(archive, buffer, UInt64(content.count), 1)
    let index = zip_file_add(archive, name, source, 0)
    try #require(index >= 0)
    zip_set_file_compression(archive, UInt64(index), deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0)
  }
  try #require(zip_close(archive) == 0)
  return try bytes(of: path)
}

@Suite struct NPZTests {
  let folder = TemporaryDirectory()
  static let features = npy("|u1", [3, 2], [1, 2, 3, 4, 5, 6])
  static let targets = npy("|u1", [3], [0, 1, 0])

  func open(
    _ bytes: [UInt8], split: SplitName = .train, features: String? = nil, targets: String? = nil
  ) throws -> NPYSource {
    var options = ConversionOptions(sources: [:], output: "")
    options.features = features
    options.targets = targets
    let file = try SourceFile(folder.write(bytes, to: "archive"))
    return try NPYSource.open(archives: [file], for: split, options)[0]
  }

  /// Features of each row, and its target.
  func rows(_ source: NPYSource) throws -> [UInt8] {
    var all: [UInt8] = []
    try source.read(bandRows: 1) { all += Array($0.features) + Array($0.targets) }
    return all
  }

  @Test(arguments: [false, true])
  func `arrays are found by usual names`(deflated: Bool) throws {
    for (split, names) in [
      (SplitName.train, ("x_train.npy", "y_train.npy")), (.test, ("x_test.npy", "y_test.npy")),
      (.validation, ("val_images.npy", "val_labels.npy")), (.train, ("X.npy", "y.npy")),
      (.test, ("data.npy", "target.npy")),
    ] {
      let archive = try zip(
        [("other.npy", [1]), (names.0, Self.features), (names.1, Self.targets)], deflated: deflated)
      #expect(try rows(open(archive, split: split)) == [1, 2, 0, 3, 4, 1, 5, 6, 0])
    }
  }

  @Test func `arrays are found by the names given, one or both`() throws {
    let archive = try zip([("a.npy", Self.features), ("y.npy", Self.targets), ("x.npy", [1])])
    #expect(try rows(open(archive, features: "a", targets: "y")) == [1, 2, 0, 3, 4, 1, 5, 6, 0])
    #expect(try rows(open(archive, features: "a")) == [1, 2, 0, 3, 4, 1, 5, 6, 0])
    let error = #expect(throws: ConversionError.self) {
      try open(archive, features: "b", targets: "y")
    }
    #expect(error?.description.hasSuffix("has no array b; expected one of a, y, x") == true)
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    let message: String
    let bytes: @Sendable () throws -> [UInt8]
    var testDescription: String { message }

    init(_ message: String, _ bytes: @escaping @Sendable () throws -> [UInt8]) {
      self.message = message
      self.bytes = bytes
    }
  }

  @Test(arguments: [
    Damage("does not say by usual names what are features and targets of train; ex") {
      try zip([("a.npy", features), ("b.npy", targets)])
    },
    Damage("has a member \"../x\", which lies outside of the archive") {
      try zip([("x.npy", features), ("y.npy", targets), ("../x.npy", features)])
    },
    Damage("has a member \"/x\", which lies outside of the archive") {
      try zip([("x.npy", features), ("y.npy", targets), ("/x.npy", features)])
    },
    Damage("is no whole zip archive: ") {
      try zip([("x.npy", features), ("y.npy", targets)]).dropLast(30)
    },
    Damage("(x): does not start as an NPY file does") {
      try zip([("x.npy", [1, 2, 3]), ("y.npy", targets)])
    },
    Damage("(x): has values of the type \"|O\", Python objects in a pickle") {
      try zip([("x.npy", npy("|O", [3], [0])), ("y.npy", targets)])
    },
    Damage("(x): declares 68719476818 bytes; expected at most") {
      try zip([("x.npy", npy("|u1", [1 << 16, 1 << 20], [0, 0])), ("y.npy", targets)])
    },
    Damage("(x): goes on after its 3 rows") {
      try zip([("x.npy", features + [UInt8](repeating: 0, count: 1 << 20)), ("y.npy", targets)])
    },
    // A byte of a stored member: libzip compares the checksum.
    Damage("(x): has damaged data, after 78 decompressed bytes (CRC error)") {
      var bytes = try zip([("x.npy", features), ("y.npy", targets)], deflated: false)
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [1, 2, 3, 4, 5]) })
      bytes[place] = 9
      return bytes
    },
  ])
  func `an archive that is not what it says is refused`(damage: Damage) {
    let error = #expect(throws: ConversionError.self) { try rows(open(damage.bytes())) }
    let text = error?.description ?? ""
    #expect(text.contains(damage.message), "\(text)")
  }
}
