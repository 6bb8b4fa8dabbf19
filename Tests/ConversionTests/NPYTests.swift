import HDF5
import TestSupport
import Testing

@testable import Conversion

/// The bytes of an NPY file.
func npy(
  _ type: String, _ shape: [Int], _ values: [UInt8], fortran: Bool = false, version: UInt8 = 1
) -> [UInt8] {
  let sizes = shape.map { "\($0), " }.joined()
  return npy(
    header: "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), "
      + "'shape': (\(sizes)), }", values, version: version)
}

func npy(header: String, _ values: [UInt8], version: UInt8 = 1) -> [UInt8] {
  let text = Array(header.utf8) + [10]
  var length = [UInt8(text.count & 255), UInt8(text.count >> 8)]
  if version > 1 { length += [0, 0] }
  return NPYHeader.magic + [version, 0] + length + text + values
}

@Suite struct NPYTests {
  let folder = TemporaryDirectory()

  /// All values of an array, read `band` rows at a time.
  func read(_ bytes: [UInt8], band: Int = 2) throws -> [UInt8] {
    let array = try NPYArray(SourceFile(folder.write(bytes, to: "array")))
    var rows = try array.openRows()
    var values: [UInt8] = []
    for first in stride(from: 0, to: array.header.rows, by: band) {
      let count = min(band, array.header.rows - first)
      var buffer = [UInt8](repeating: 0, count: count * array.header.rowBytes)
      try buffer.withUnsafeMutableBytes { try rows.read(rows: count, into: $0) }
      values += buffer
    }
    return values
  }

  @Test(arguments: [1, 2, 3] as [UInt8], [1, 2, 5, 9])
  func `rows are read band by band, plain and compressed`(version: UInt8, band: Int) throws {
    let values = (0..<30).map(UInt8.init)
    let file = npy("|u1", [5, 2, 3], values, version: version)
    #expect(try read(file, band: band) == values)
    #expect(try read(gzip(file), band: band) == values)
  }

  @Test func `rows of columns that follow one another are put together`() throws {
    // Element (r, i, j) is 100·r + 10·i + j; the file has r fastest, then i, then j.
    let stored: [UInt8] = [0, 100, 10, 110, 1, 101, 11, 111, 2, 102, 12, 112]
    let rows: [UInt8] = [0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112]
    for band in [1, 2] {
      #expect(try read(npy("|u1", [2, 2, 3], stored, fortran: true), band: band) == rows)
      #expect(try read(gzip(npy("|u1", [2, 2, 3], stored, fortran: true)), band: band) == rows)
    }
  }

  @Test(arguments: [("2", 2), ("4", 4), ("8", 8)])
  func `big-endian numbers come in the machine's byte order`(digit: String, size: Int) throws {
    let values = (0..<2 * size).map { UInt8($0 + 1) }
    let turned = Array(values[..<size].reversed() + values[size...].reversed())
    for kind in ["i", "u", "f"] {
      #expect(try read(npy(">\(kind)\(digit)", [2], values)) == turned)
      #expect(try read(npy("<\(kind)\(digit)", [2], values)) == values)
    }
  }

  @Test func `truth values are 0 and 1 whatever their bytes`() throws {
    #expect(try read(npy("|b1", [4], [0, 1, 2, 255])) == [0, 1, 1, 1])
  }

  @Test func `a header of Python 2 is read`() throws {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L), }"
    #expect(try read(npy(header: header, [7, 8])) == [7, 8])
  }

  @Test func `targets may be much wider than features`() throws {
    let width = 1 << 20
    let features = try folder.write(npy("|u1", [3, 1], [7, 8, 9]), to: "x.npy")
    let values = (0..<3).flatMap { [UInt8](repeating: UInt8($0), count: width) }
    let targets = try folder.write(npy("|u1", [3, width], values), to: "y.npy")
    var options = ConversionOptions(
      sources: [.train: [features, targets]], output: folder.file("out.h5"))
    options.shuffle = .none
    _ = try Converter.convert(options)
    let file = try File(opening: options.output)
    #expect(try file.dataset("train/targets").values(as: UInt8.self) == values)
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let problem: String
    var testDescription: String { problem }

    init(_ bytes: [UInt8], _ problem: String) {
      self.bytes = bytes
      self.problem = problem
    }

    /// A header's text, with two values behind.
    init(_ header: String, _ problem: String) {
      self.init(npy(header: header, [0, 0]), problem)
    }
  }

  @Test(arguments: [
    Damage([], "is empty; expected \\x93NUMPY"),
    Damage([1, 2, 3], "does not start as an NPY file does; expected \\x93NUMPY"),
    Damage(NPYHeader.magic + [4, 0, 2, 0], "has version 4.0 of the NPY format"),
    Damage(NPYHeader.magic + [1, 0, 255], "ends within its header"),
    Damage(NPYHeader.magic + [2, 0, 255, 255, 255, 255], "declares a header of 4294967295 bytes"),
    Damage(npy("|O", [2], [0, 0]), "has values of the type \"|O\", Python objects in a pickle"),
    Damage(npy("<U1", [2], [0, 0]), "has values of the type \"<U1\", text"),
    Damage(npy("<c8", [2], [0, 0]), "has values of the type \"<c8\", complex numbers"),
    Damage(npy("<f16", [2], [0, 0]), "has values of the type \"<f16\", extended floats"),
    Damage(npy("|u1", [], [0]), "holds a single number; expected an array of rows"),
    Damage(npy("|u1", [0, 3], []), "has 0 rows; expected at least one value"),
    Damage(npy("|u1", [3, 0], []), "declares empty rows (3×0); expected at least one value"),
    Damage(npy("|u1", [3], [0, 0]), "has 71 bytes; expected 72, as its header declares; the file"),
    Damage(npy("|u1", [1], [0, 0]), "has 71 bytes; expected 70, as its header declares; the file"),
    Damage(npy("|u1", [1 << 40], []), "has 1099511627776 rows; expected at most 2147483647"),
    Damage(
      npy("<f8", [1 << 30, 1 << 30, 1 << 30], []),
      "declares 1073741824×1073741824×1073741824 values, more than a machine can address"),
    Damage(gzip(npy("|u1", [9], [0])), "ends after 1 rows; expected 9 rows of 1 bytes"),
    Damage(gzip(npy("|u1", [1], [0, 0])), "goes on after its 1 rows"),
    Damage(gzip(npy("|u1", [1 << 20], [0])), "declares 1048651 bytes; expected at most"),
    Damage(gzip(npy("|u1", [9, 2], [0], fortran: true)), "has 72 bytes; expected 89"),
    Damage(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)", "has a header that lacks a co"),
    Damage("{'descr': '|u1', 'fortran_order': False}", "has no shape in its header"),
    Damage("{'descr': '|u1', 'shape': (2,)}", "has no fortran_order of True or False"),
    Damage("{'fortran_order': False, 'shape': (2,)}", "has no descr in its header"),
    Damage(
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "is a structured array"),
    Damage(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}",
      "has a shape in its header that is not of sizes"),
    Damage(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "has a header that has a number that is out of range, at its byte 51"),
    Damage("(2,)", "has a header that is no dictionary"),
    Damage("__import__('os')", "has a header that has something that is no value, at its byte 0"),
    Damage(String(repeating: "[", count: 500), "has a header that is nested too deeply"),
    Damage("{'descr': 'a\\x41'}", "has a header that has a string without an end, or with escapes"),
    Damage("{'a': 1, 'a': 1}", "has a header that has a key that is no string, or is there twice"),
    Damage("{} 1", "has a header that goes on after its end"),
  ])
  func `a file that is not what it says is refused`(damage: Damage) {
    let error = #expect(throws: ConversionError.self) { try read(damage.bytes) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("\(folder.file("array")): \(damage.problem)"), "\(text)")
  }

  /// Opens features and targets, in this order.
  func pair(_ first: [UInt8], _ second: [UInt8]) throws -> [NPYSource] {
    try NPYSource.open(
      [
        SourceFile(folder.write(first, to: "x")), SourceFile(folder.write(second, to: "y")),
      ], for: "train")
  }

  @Test func `features and targets go together`() throws {
    let values = (0..<6).map(UInt8.init)
    let source = try pair(npy("|u1", [3, 2], values), npy("<i2", [3, 1], [1, 0, 0, 0, 2, 0]))[0]
    #expect(source.rowCount == 3)
    #expect(source.schema.featureShape == [2])
    #expect(source.schema.targetShape == [])
    var bands: [[UInt8]] = []
    for _ in 0..<2 {
      try source.read(bandRows: 2) { bands.append(Array($0.features) + Array($0.targets)) }
    }
    #expect(bands.prefix(2) == [[0, 1, 2, 3, 1, 0, 0, 0], [4, 5, 2, 0]])
    #expect(bands.prefix(2) == bands.suffix(2))
  }

  @Test func `features and targets that do not go together are refused`() {
    let images = npy("|u1", [2, 2, 2], (0..<8).map { $0 })
    let swapped = #expect(throws: ConversionError.self) {
      try pair(npy("|u1", [2], [0, 1]), images)
    }
    #expect(swapped?.remedy == "give features first, then their targets")
    let short = #expect(throws: ConversionError.self) { try pair(images, npy("|u1", [1], [0])) }
    #expect(short?.problem == "has 1 rows")
    let odd = #expect(throws: ConversionError.self) {
      try NPYSource.open([SourceFile(folder.write(images, to: "x"))], for: "train")
    }
    #expect(odd?.problem == "has 1 sources")
  }
}
