import CZstandard
import Foundation
import TestSupport
import Testing

@testable import Conversion

/// As the zstd program writes it, with a checksum.
func zstandard(_ content: [UInt8]) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
  let context = ZSTD_createCCtx()
  defer { ZSTD_freeCCtx(context) }
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  let count = ZSTD_compress2(context, &bytes, bytes.count, content, content.count)
  return Array(bytes.prefix(count))
}

@Suite struct SourceFileTests {
  let folder = TemporaryDirectory()
  /// Numbers that compress a little, longer than any buffer of the readers.
  static let content: [UInt8] = {
    var random = SeededGenerator(seed: 1)
    return (0..<400_000).map { _ in UInt8(truncatingIfNeeded: random.next() % 23) }
  }()

  func read(_ bytes: [UInt8], piece: Int = 65_537) throws -> [UInt8] {
    try read(SourceFile(folder.write(bytes, to: "source")), piece: piece)
  }

  func read(_ source: SourceFile, piece: Int = 65_537) throws -> [UInt8] {
    let reader = try source.open()
    var all: [UInt8] = []
    while case let part = try reader.read(count: piece), !part.isEmpty { all += part }
    #expect(reader.position == all.count)
    return all
  }

  static let forms: [(Compression, @Sendable ([UInt8]) -> [UInt8])] = [
    (.none, { $0 }), (.gzip, { gzip($0) }), (.zstandard, { zstandard($0) }),
  ]

  @Test(arguments: 0..<3)
  func `content comes back whatever its compression and the pieces it is read in`(form: Int) throws
  {
    let (compression, compress) = Self.forms[form]
    let bytes = compress(Self.content)
    for piece in [10_001, 65_537, 1 << 20] {
      #expect(try read(bytes, piece: piece) == Self.content)
    }
    let source = try SourceFile(folder.file("source"))
    #expect(source.compression == compression)
    #expect(try read(source) == Self.content)
  }

  @Test(arguments: 1..<3)
  func `members after one another are one content`(form: Int) throws {
    let compress = Self.forms[form].1
    let parts = [Self.content, [], [1, 2, 3], Array(Self.content.prefix(100_000))]
    #expect(try read(parts.flatMap(compress)) == parts.flatMap { $0 })
  }

  @Test func `zeros after gzip's last member are padding, a skippable frame is skipped`() throws {
    let padding = [UInt8](repeating: 0, count: 300_000)
    #expect(try read(gzip([1, 2]) + padding) == [1, 2])
    let skippable: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9]
    #expect(try read(skippable + zstandard([1, 2])) == [1, 2])
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let problem: String
    var testDescription: String { problem }

    init(_ bytes: [UInt8], _ problem: String) {
      self.bytes = bytes
      self.problem = problem
    }
  }

  @Test(arguments: [
    Damage(gzip(content).dropLast(5), "ends in the middle of its compressed data, at byte "),
    Damage(zstandard(content).dropLast(5), "ends in the middle of its compressed data, at byte "),
    Damage(
      gzip([1, 2, 3]) + [7, 7, 7], "has damaged gzip data, at byte 25, after 3 decompressed"),
    Damage(zstandard([1, 2, 3]) + [7, 7, 7, 7, 7], "has damaged Zstandard data, at byte "),
    Damage(changed(gzip(content), at: -6), "has damaged gzip data, at byte "),
    Damage(changed(gzip(content), at: 5000), "has damaged gzip data, at byte "),
    Damage(changed(zstandard(content), at: 5000), "has damaged Zstandard data, at byte "),
    Damage([0x1F, 0x8B, 8], "ends in the middle of its compressed data, at byte 3, after 0"),
    Damage(
      [0x28, 0xB5, 0x2F, 0xFD], "ends in the middle of its compressed data, at byte 4, after"),
    // A frame with a window of 1 GiB.
    Damage([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA0, 1, 0, 0], "has damaged Zstandard data, at byte 0"),
  ])
  func `damaged compressed data is refused with its place`(damage: Damage) {
    let error = #expect(throws: ConversionError.self) { try read(damage.bytes) }
    #expect(error?.problem.hasPrefix(damage.problem) == true, "\(error?.description ?? "")")
    #expect(error?.remedy != nil)
  }

  static func changed(_ bytes: [UInt8], at place: Int) -> [UInt8] {
    var bytes = bytes
    bytes[place < 0 ? bytes.count + place : place] ^= 0x55
    return bytes
  }

  @Test func `bytes that are looked at are read again`() throws {
    let reader = try SourceFile(folder.write(gzip(Self.content), to: "source")).open()
    #expect(try reader.peek(10) == Array(Self.content.prefix(10)))
    #expect(try reader.peek(4) == Array(Self.content.prefix(4)))
    #expect(reader.position == 0)
    #expect(try reader.read(count: 7) == Array(Self.content.prefix(7)))
    #expect(try reader.peek(5) == Array(Self.content[7..<12]))
    #expect(try reader.read(count: 1 << 20) == Array(Self.content.dropFirst(7)))
    #expect(try reader.peek(1) == [])
  }

  @Test(arguments: 0..<3)
  func `content is read at any place`(form: Int) throws {
    let source = try SourceFile(folder.write(Self.forms[form].1(Self.content), to: "source"))
    let file = try source.openAnywhere()
    #expect(file.size == Self.content.count)
    var piece = [UInt8](repeating: 0, count: 1000)
    for offset in [350_000, 0, 399_000] {
      try piece.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
      #expect(piece == Array(Self.content[offset..<offset + 1000]))
    }
    #expect(try bytes(of: file.systemPath) == Self.content)
    let error = #expect(throws: ConversionError.self) {
      try piece.withUnsafeMutableBytes { try file.read(into: $0, at: 399_001) }
    }
    #expect(error?.problem == "ends at byte 400000")
  }

  @Test func `a pipe can be read more than once`() throws {
    let pipe = Pipe()
    Thread.detachNewThread {
      pipe.fileHandleForWriting.write(Data(gzip(Self.content)))
      try? pipe.fileHandleForWriting.close()
    }
    let source = try SourceFile("/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)")
    #expect(try read(source) == Self.content)
    #expect(try read(source) == Self.content)
  }

  @Test func `what is no file is refused`() {
    let folderError = #expect(throws: ConversionError.self) { try SourceFile(folder.path).open() }
    #expect(folderError?.problem == "is a folder")
    let missing = #expect(throws: ConversionError.self) { try SourceFile(folder.file("none")) }
    #expect(missing?.problem == "cannot be opened: No such file or directory")
    let device = #expect(throws: ConversionError.self) { try SourceFile("/dev/zero") }
    #expect(device?.problem == "is a device")
  }
}
