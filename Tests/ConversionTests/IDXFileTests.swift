import CZlib
import TestSupport
import Testing

@testable import Conversion

/// The bytes of an IDX file.
func idx(_ type: UInt8, _ shape: [Int], _ values: [UInt8]) -> [UInt8] {
  var bytes: [UInt8] = [0, 0, type, UInt8(shape.count)]
  for extent in shape {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: extent >> shift)) }
  }
  return bytes + values
}

func gzip(_ content: [UInt8]) -> [UInt8] {
  let folder = TemporaryDirectory()
  let file = gzopen(folder.file("gz"), "wb")
  gzwrite(file, content, UInt32(content.count))
  gzclose(file)
  return try! bytes(of: folder.file("gz"))
}

@Suite struct IDXFileTests {
  let folder = TemporaryDirectory()

  /// All values of a file, read `band` rows at a time.
  func read(_ bytes: [UInt8], band: Int = 2) throws -> [UInt8] {
    try folder.write(bytes, to: "file")
    let file = try IDXFile(SourceFile(folder.file("file")))
    var values: [UInt8] = []
    for start in stride(from: 0, to: file.header.rows, by: band) {
      let rows = min(band, file.header.rows - start)
      var buffer = [UInt8](repeating: 0, count: rows * file.header.rowBytes)
      try buffer.withUnsafeMutableBytes { try file.read(rows: rows, into: $0) }
      values += buffer
    }
    return values
  }

  @Test func `bytes are read band by band, plain and compressed`() throws {
    let values = (0..<30).map(UInt8.init)
    let file = idx(8, [5, 2, 3], values)
    for band in [1, 2, 5, 9] {
      #expect(try read(file, band: band) == values)
      #expect(try read(gzip(file), band: band) == values)
    }
    #expect(try IDXFile(SourceFile(folder.file("file"))).header.rowShape == [2, 3])
  }

  @Test(
    arguments: [(0x08, 1), (0x09, 1), (0x0B, 2), (0x0C, 4), (0x0D, 4), (0x0E, 8)] as [(UInt8, Int)])
  func `every type is read in the machine's byte order`(code: UInt8, size: Int) throws {
    let values = (0..<3 * size).map { UInt8($0 + 1) }
    let expected = stride(from: 0, to: 3 * size, by: size).flatMap {
      values[$0..<$0 + size].reversed()
    }
    #expect(try read(idx(code, [3], values)) == expected)
  }

  @Test(
    arguments: [
      ([], "is empty; expected an IDX file"),
      ([0, 0], "starts with the bytes 00 00; expected an IDX file"),
      ([0x89, 0x50, 0x4E, 0x47, 1], "starts with the bytes 89 50 4e 47; expected an IDX file"),
      (idx(7, [1], [0]), "has the IDX type code 07; expected 08, 09"),
      (idx(8, [], []), "has 0 dimensions; expected 1 or more"),
      (idx(8, [3, 3], []).dropLast(), "ends within its header; expected 2 dimensions"),
      (idx(8, [0, 28, 28], []), "has 0 rows; expected at least one value"),
      (idx(8, [3, 0], []), "declares empty rows (3×0); expected at least one value"),
      (
        idx(8, [2, 2], [1, 2, 3]),
        "has 15 bytes; expected 16, as its header declares; the file is cut"
      ),
      (
        idx(8, [2, 2], [1, 2, 3, 4, 5]),
        "has 17 bytes; expected 16, as its header declares; the file is d"
      ),
      (
        idx(14, [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], []),
        "declares 4294967295×4294967295×4294967295 values, more than"
      ),
      (idx(8, [0xFFFF_FFFF], []), "has 4294967295 rows; expected at most 2147483647"),
      (
        gzip(idx(8, [2, 2], [1, 2, 3])),
        "ends after 1 rows; expected 2 rows of 2 bytes; the file is cut"
      ),
      (gzip(idx(8, [2, 2], [1, 2, 3, 4, 5])), "goes on after its 2 rows; expected 16 bytes"),
      (gzip(idx(8, [100_000_000], [])), "declares 100000008 bytes, which"),
      (
        gzip(idx(8, [100], (0..<100).map { $0 })).dropLast(60),
        "ends in the middle of its compressed"
      ),
    ] as [([UInt8], String)])
  func `a file that is not what it says is refused`(bytes: [UInt8], problem: String) {
    let error = #expect(throws: ConversionError.self) { try read(bytes) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("\(folder.file("file")): \(problem)"), "\(text)")
  }

  @Test func `damage in compressed data is found`() {
    var bytes = gzip(idx(8, [4000], (0..<4000).map { UInt8(truncatingIfNeeded: $0 * $0 % 251) }))
    bytes[bytes.count / 2] ^= 0x10
    let error = #expect(throws: ConversionError.self) { try read(bytes, band: 5000) }
    #expect(error?.problem.hasPrefix("has damaged gzip data") == true)
  }
}
