import CTurboJPEG
import CZlib
import Datasets
import Foundation
import HDF5
import TestSupport
import Testing

@testable import Conversion

/// The bytes of a PNG file.
///
/// - Parameters:
///   - color: PNG's type: 0 grey, 2 colours.
///   - samples: rows of interleaved samples, big-endian.
func png(
  _ width: Int, _ height: Int, color: UInt8 = 0, bits: UInt8 = 8, _ samples: [UInt8],
  declared: (width: Int, height: Int)? = nil
) -> [UInt8] {
  func big(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
  func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return big(content.count) + body + big(Int(crc32(0, body, UInt32(body.count))))
  }
  let rowBytes = height == 0 ? 0 : samples.count / height
  let rows = (0..<height).flatMap { [0] + samples[$0 * rowBytes..<($0 + 1) * rowBytes] }
  var size = compressBound(UInt(rows.count))
  var packed = [UInt8](repeating: 0, count: Int(size))
  compress(&packed, &size, rows, UInt(rows.count))
  let shown = declared ?? (width, height)
  return [0x89] + Array("PNG\r\n\u{1A}\n".utf8)
    + chunk("IHDR", big(shown.width) + big(shown.height) + [bits, color, 0, 0, 0])
    + chunk("IDAT", Array(packed.prefix(Int(size)))) + chunk("IEND", [])
}

/// The bytes of a JPEG file of a single colour, in RGB or grey, or of noise of one.
func jpeg(
  _ width: Int, _ height: Int, _ color: [UInt8], noise: Bool = false, sampling: TJSAMP = TJSAMP_444,
  seed: UInt64 = 7, flags: Int32 = 0
) -> [UInt8] {
  var random = SeededGenerator(seed: seed)
  let pixels = (0..<width * height).flatMap { _ in
    noise ? color.map { UInt8(random.below(Int($0) + 1)) } : color
  }
  let handle = tjInitCompress()
  defer { tjDestroy(handle) }
  var bytes: UnsafeMutablePointer<UInt8>?
  var count: UInt = 0
  tjCompress2(
    handle, pixels, Int32(width), 0, Int32(height),
    Int32(color.count == 1 ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue), &bytes, &count,
    Int32(color.count == 1 ? TJSAMP_GRAY.rawValue : sampling.rawValue), 100, flags)
  defer { tjFree(bytes) }
  return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
}

@Suite struct ImageTests {
  let folder = TemporaryDirectory()

  func write(_ bytes: [UInt8], _ path: String) throws {
    let url = URL(fileURLWithPath: folder.file(path))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func open(
    _ names: [SplitName: String] = [.train: "train"],
    _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> [SplitName: [any RowSource]] {
    try openSet(names, presumes: false, change).splits
  }

  func openSet(
    _ names: [SplitName: String] = [.train: "train"],
    presumes: Bool = false, _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> ArraySet {
    var options = ConversionOptions(sources: [:], output: "")
    change(&options)
    let sources = try names.mapValues { [try SourceFile(folder.file($0))] }
    return try ImageSet.open(sources, options, presumes: presumes)
  }

  /// The bytes of each image, then its class.
  func rows(_ source: any RowSource) throws -> [[UInt8]] {
    var rows: [[UInt8]] = []
    let size = source.schema.featureBytes
    try source.read(bandRows: 2) { band in
      for row in 0..<band.rows {
        rows.append(Array(band.features[row * size..<(row + 1) * size]) + [band.targets[row]])
      }
    }
    return rows
  }

  @Test func `images come by class and name, from folders of any depth`() throws {
    try write(png(2, 1, [1, 2]), "train/b/1.png")
    try write(png(2, 1, [3, 4]), "train/a/2.png")
    try write(png(2, 1, [5, 6]), "train/a/1/deep.png")
    try write([1, 2, 3], "train/a/.hidden")
    let source = try open()[.train]![0]
    #expect(source.schema.classNames == ["a", "b"])
    #expect(source.schema.featureShape == [1, 2])
    #expect(try rows(source) == [[5, 6, 0], [3, 4, 0], [1, 2, 1]])
  }

  @Test func `colours become planes, and grey images among them colours`() throws {
    try write(png(2, 1, color: 2, [1, 2, 3, 4, 5, 6]), "train/a/1.png")
    try write(png(2, 1, [7, 8]), "train/a/2.png")
    try write(jpeg(2, 1, [90]), "train/b/1.jpg")
    let source = try open()[.train]![0]
    #expect(source.schema.featureShape == [3, 1, 2])
    #expect(
      try rows(source) == [
        [1, 4, 2, 5, 3, 6, 0], [7, 8, 7, 8, 7, 8, 0], [90, 90, 90, 90, 90, 90, 1],
      ])
  }

  @Test func `16 bits stay 16 bits`() throws {
    try write(png(2, 1, bits: 16, [1, 2, 3, 4]), "train/a/1.png")
    let source = try open()[.train]![0]
    #expect(source.schema.featureType == .uint16)
    #expect(try rows(source) == [[2, 1, 4, 3, 0]])
    try write(png(2, 1, [1, 2]), "train/a/2.png")
    let mixed = #expect(throws: ConversionError.self) { try open() }
    #expect(mixed?.description.contains("2.png: has 8 bits a sample; expected 16, as") == true)
  }

  @Test func `more images than are decoded at once keep their order`() throws {
    let numbers = [UInt8](100..<200)
    for number in numbers { try write(png(1, 1, [number]), "train/a/\(number).png") }
    var found: [UInt8] = []
    try open()[.train]![0].read(bandRows: 1) { found.append($0.features[0]) }
    #expect(found == numbers)
  }

  @Test func `links and folders are told apart, and names are sorted by their bytes`() throws {
    for name in ["b", "B", "ä", "a/z", "a-"] { try write(png(1, 1, [1]), "train/x/\(name)") }
    try write(png(1, 1, [1]), "elsewhere/y/deep")
    let manager = FileManager.default
    for (name, target) in [("train/y", "elsewhere/y"), ("train/x/link", "train/x/b")] {
      try manager.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: folder.file(target))
    }
    let found = try ImageFolder(FolderTree(folder.file("train"), ProgressReporter()))
    #expect(found.classNames == ["x", "y"])
    let names = found.files.map { $0.map { $0.dropFirst(folder.file("train").count + 1) } }
    #expect(names == [["x/B", "x/a/z", "x/a-", "x/b", "x/link", "x/ä"], ["y/deep"]])
    try manager.createSymbolicLink(
      atPath: folder.file("train/x/broken"), withDestinationPath: folder.file("nowhere"))
    let error = #expect(throws: ConversionError.self) { try open() }
    #expect(error?.subject.hasSuffix("/train/x/broken") == true)
    #expect(error?.problem.hasPrefix("cannot be read: No such file") == true)
    let set = try openSet { $0.skipsBadRows = true }
    #expect(set.skipped.count == 1 && set.splits[.train]![0].rowCount == 7)
  }

  @Test(arguments: [(8, 8), (60, 45), (1, 1)])
  func `an image that becomes one of another kind after it was examined is refused`(
    width: Int, height: Int
  ) throws {
    for (other, size) in [
      (jpeg(width, height, [1, 2, 3]), nil),
      (png(width, height, Array(repeating: 1, count: width * height)), nil),
      (
        png(width, height, bits: 16, Array(repeating: 1, count: width * height)),
        ImageSize(width: 8, height: 8)
      ),
    ] {
      try write(jpeg(40, 30, [200, 10, 90]), "train/a/0")
      let source = try open { $0.imageSize = size }[.train]![0]
      try write(other, "train/a/0")
      let error = #expect(throws: ConversionError.self) { try rows(source) }
      #expect(error?.problem.hasPrefix("is another image than") == true)
    }
  }

  /// What the library makes of a file in a decoder of its own, and whether it complains of nothing.
  private func decoded(
    _ file: [UInt8], _ width: Int, _ height: Int
  ) -> (planes: [UInt8], isClean: Bool) {
    let handle = tjInitDecompress()
    defer { tjDestroy(handle) }
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    let status = tjDecompress2(
      handle, file, UInt(file.count), &pixels, Int32(width), 0, Int32(height),
      Int32(TJPF_RGB.rawValue), 0)
    let planes = (0..<3).flatMap { color in
      stride(from: color, to: pixels.count, by: 3).map { pixels[$0] }
    }
    return (planes, status == 0)
  }

  @Test func `a damaged image is what the library alone makes of it, or refused`() throws {
    let good = jpeg(40, 30, [255, 255, 255], noise: true, sampling: TJSAMP_420)
    var read = 0
    for number in 0..<300 {
      var random = SeededGenerator(seed: 5, case: number)
      let file = mutated(good, &random)
      try write(file, "train/a/0")
      guard let source = try? open()[.train]![0], source.schema.featureShape == [3, 30, 40] else {
        continue
      }
      let found = decoded(file, 40, 30)
      if let row = try? rows(source) {
        read += 1
        #expect(row == [found.planes + [0]], "case \(number)")
      } else {
        #expect(!found.isClean, "case \(number)")
      }
    }
    #expect(read > 10)
  }

  @Test func `what the library warns of is no damage where it leaves the image whole`() throws {
    let clean = jpeg(40, 30, [255, 255, 255], noise: true, sampling: TJSAMP_420)
    let scan = clean.indices.first { clean[$0...].starts(with: [0xFF, 0xDA]) }!
    let half = (scan + clean.count) / 2
    let jfif = clean.indices.first { clean[$0...].starts(with: "JFIF".utf8) }!
    let odd: [UInt8] = [1, 2, 3]
    let expected = decoded(clean, 40, 30).planes + [0]
    func expect(_ file: [UInt8], _ message: String?) throws {
      #expect(!decoded(file, 40, 30).isClean)
      try write(file, "train/a/0")
      var found: String?
      do {
        #expect(try rows(open()[.train]![0]) == [expected])
      } catch let error as ConversionError {
        found = error.problem
      }
      #expect(found == message.map { "is a damaged JPEG image (\($0))" })
    }
    var revision = clean
    revision[jfif + 5] = 9
    try expect(revision, nil)
    // It may have been a segment.
    try expect(
      Array(clean[..<scan] + odd + clean[scan...]),
      "Corrupt JPEG data: 3 extraneous bytes before marker 0xda")
    try expect(Array(clean.dropLast(2) + odd + clean.suffix(2)), nil)
    try expect(Array(revision[..<half]), "Premature end of JPEG file")
    try expect(
      Array(revision[..<half] + clean.suffix(2)), "Corrupt JPEG data: premature end of data segment"
    )
  }

  @Test func `an image without tables is not read with those of another one`() throws {
    // Progressive images have tables of their own.
    for number in 100..<130 {
      let file = jpeg(
        40, 30, [UInt8(number), 255, 9], noise: true, sampling: TJSAMP_420, seed: UInt64(number),
        flags: TJFLAG_PROGRESSIVE)
      try write(file, "train/a/\(number)")
    }
    let whole = jpeg(40, 30, [255, 255, 255], noise: true, sampling: TJSAMP_420)
    var bare = whole
    while let start = bare.indices.dropLast().first(where: {
      bare[$0...].starts(with: [0xFF, 0xC4])
    }) {
      bare.removeSubrange(start..<start + 2 + Int(bare[start + 2]) << 8 + Int(bare[start + 3]))
    }
    try write(bare, "train/a/200")
    #expect(try rows(open()[.train]![0]).last == decoded(whole, 40, 30).planes + [0])
  }

  /// Of sizes that the library's units divide, and that they do not.
  @Test(arguments: [TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411])
  func `colours are the library's, however chroma is sampled`(sampling: TJSAMP) throws {
    for (width, height) in [(1, 1), (2, 7), (4, 3), (5, 2), (6, 9), (16, 16), (33, 17), (120, 31)] {
      let file = jpeg(width, height, [255, 255, 255], noise: true, sampling: sampling)
      let planes = decoded(file, width, height).planes
      let pixels = (0..<width * height).flatMap { pixel in
        (0..<3).map { planes[$0 * width * height + pixel] }
      }
      try write(file, "\(sampling.rawValue)-\(width)/a/0.jpg")
      let source = try open([.train: "\(sampling.rawValue)-\(width)"])[.train]![0]
      #expect(try rows(source) == [planes + [0]], "\(width)×\(height)")
      let size = ImageSize(width: 9, height: 8)
      let resampled = try open([.train: "\(sampling.rawValue)-\(width)"]) { $0.imageSize = size }
      var expected = [UInt8](repeating: 0, count: 3 * size.pixels)
      pixels.withUnsafeBufferPointer { pixels in
        expected.withUnsafeMutableBufferPointer {
          Resampler(size: size, fit: .crop, channels: 3)
            .resample(pixels, ImageSize(width: width, height: height), into: $0)
        }
      }
      #expect(try rows(resampled[.train]![0]) == [expected + [0]], "\(width)×\(height) resampled")
    }
  }

  @Test func `a header behind much else is found`() throws {
    // Cameras put thumbnails before it, in segments of up to 64 KiB.
    for segments in [1, 3] {
      let other = Array(
        repeating: [0xFF, 0xE1, 0xF0, 0x00] + [UInt8](repeating: 7, count: 0xEFFE), count: segments)
      try write(Array(Self.photo[..<2] + other.joined() + Self.photo[2...]), "train/a/0.jpg")
      #expect(try open()[.train]![0].schema.featureShape == [3, 30, 40])
    }
  }

  @Test func `all splits have the classes of the first`() throws {
    try write(png(1, 1, [1]), "train/a/1.png")
    try write(png(1, 1, [1]), "train/b/1.png")
    try write(png(1, 1, [9]), "test/b/1.png")
    let sources = try open([.train: "train", .test: "test"])
    #expect(sources[.test]![0].schema.classNames == ["a", "b"])
    #expect(try rows(sources[.test]![0]) == [[9, 1]])
    try write(png(1, 1, [9]), "test/c/1.png")
    let error = #expect(throws: ConversionError.self) {
      try open([.train: "train", .test: "test"])
    }
    #expect(error?.problem == "has a folder c")
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    let message: String
    let change: @Sendable (ImageTests) throws -> Void
    var testDescription: String { message }

    init(_ message: String, _ change: @escaping @Sendable (ImageTests) throws -> Void) {
      self.message = message
      self.change = change
    }
  }

  static let photo = jpeg(40, 30, [200, 10, 90], noise: true)

  @Test(arguments: [
    Damage("/train/a/x: declares 60000×60000 pixels; expected at most 67108864") {
      try $0.write(png(1, 1, [1], declared: (60_000, 60_000)), "train/a/x")
    },
    Damage("/train/a/x: declares 60138×60138 pixels; expected at most 67108864") {
      var bytes = photo
      let frame = bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 }!
      for place in frame + 5..<frame + 9 { bytes[place] = 0xEA }
      try $0.write(bytes, "train/a/x")
    },
    Damage("/train/a/x: has 1×65536 pixels; expected at most 65535 along a side") {
      try $0.write(png(1, 1, [1], declared: (1, 65_536)), "train/a/x")
    },
    Damage("/train/a/x: is a PNG image of 0×4 pixels") {
      try $0.write(png(1, 1, [1], declared: (0, 4)), "train/a/x")
    },
    Damage("/train/a/x: is a damaged PNG image (the file ends early)") {
      try $0.write(png(40, 30, Array(repeating: 7, count: 1200)).dropLast(20), "train/a/x")
    },
    Damage("/train/a/x: is a damaged PNG image (IDAT: ") {
      var bytes = png(40, 30, Array(repeating: 7, count: 1200))
      bytes[bytes.count - 20] ^= 1
      try $0.write(bytes, "train/a/x")
    },
    Damage("/train/a/x: is a PNG image that ends within its header") {
      try $0.write(Array(png(40, 30, [1]).prefix(20)), "train/a/x")
    },
    Damage("/train/a/x: is a damaged JPEG image (Premature end of JPEG file)") {
      try $0.write(photo.dropLast(60), "train/a/x")
    },
    Damage("/train/a/x: is a damaged JPEG image (") {
      try $0.write(Array(photo.prefix(30)), "train/a/x")
    },
    Damage("/train/a/x: is no PNG or JPEG image") { try $0.write([1, 2, 3], "train/a/x") },
    Damage("/train/a/x: is empty") { try $0.write([], "train/a/x") },
    Damage("/train/a/x: has 41×30 pixels; expected 40×30, as ") {
      try $0.write(jpeg(41, 30, [1, 2, 3]), "train/a/x")
    },
    Damage("/train: has the file x beside the folders of its classes") {
      try $0.write(photo, "train/x")
    },
    Damage("/train/b: has no files; expected images of the class b") {
      try FileManager.default.createDirectory(
        atPath: $0.folder.file("train/b"), withIntermediateDirectories: true)
    },
    Damage("/train: is an empty folder; expected a folder of images for each class") {
      try FileManager.default.removeItem(atPath: $0.folder.file("train/a"))
    },
  ])
  func `what is no folder of good images is refused`(damage: Damage) throws {
    try write(Self.photo, "train/a/0.jpg")
    try damage.change(self)
    let error = #expect(throws: ConversionError.self) { try rows(open()[.train]![0]) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix(folder.path + damage.message), "\(text)")
  }

  @Test func `bad images are left out and counted where that is asked for`() throws {
    try write(png(1, 1, [1]), "train/a/0.png")
    try write(png(1, 1, [2]), "train/b/0.png")
    try write([1, 2, 3], "train/a/1.png")
    try write(png(1, 1, [1]).dropLast(15), "train/a/2.png")
    let set = try openSet { $0.skipsBadRows = true }
    let source = set.splits[.train]![0]
    #expect(try rows(source) == [[1, 0], [2, 1]])
    #expect(source.numberCount == 4)
    var numbers: [Int]?
    try source.read(bandRows: 4) { numbers = $0.numbers }
    #expect(numbers == [0, 3])
    #expect(set.skipped.count == 2)
    #expect(
      set.skipped.examples.first?.description.hasPrefix("\(folder.path)/train/a/1.png: is no PNG")
        == true)
  }

  /// So many that only some are looked at before they are decoded.
  private static let many = 300

  /// Every fourth image is looked at beforehand.
  private func writeMany(_ image: (Int) -> [UInt8]) throws {
    for number in 0..<Self.many {
      let name = String(repeating: "0", count: 3 - "\(number)".count) + "\(number)"
      try write(image(number), "train/\(number < 200 ? "a" : "b")/\(name)")
    }
  }

  @Test func `many images are taken for what some are, and the rows are the same`() throws {
    try writeMany { png(2, 1, [UInt8($0 % 256), UInt8($0 / 256)]) }
    let set = try openSet(presumes: true)
    #expect(set.found != .null && !set.presumedWrongly)
    #expect(try openSet(presumes: true) { $0.skipsBadRows = true }.found == .null)
    let all = try openSet(presumes: false)
    #expect(all.found == .null)
    let found = try rows(set.splits[.train]![0])
    #expect(found.count == Self.many)
    #expect(try found == rows(all.splits[.train]![0]))
  }

  @Test func `images that are not what some are taken for are found`() throws {
    let odd = 201
    let output = folder.file("out.h5")
    func convert(_ other: [UInt8]) throws -> ConversionSummary {
      try writeMany { $0 == odd ? other : png(2, 1, [UInt8($0 % 256), 7]) }
      let set = try openSet(presumes: true)
      #expect(set.found != .null)
      #expect(throws: ConversionError.self) { try rows(set.splits[.train]![0]) }
      #expect(set.presumedWrongly)
      var options = ConversionOptions(sources: [.train: [folder.file("train")]], output: output)
      options.shuffle = .none
      options.replacesExisting = true
      return try Converter.convert(options)
    }
    // Colours among grey images make all of them colours.
    let summary = try convert(png(2, 1, color: 2, [1, 2, 3, 4, 5, 6]))
    #expect(summary.featureShape == [3, 1, 2])
    let features = try File(opening: output).dataset("train/features").values(as: UInt8.self)
    #expect(
      Array(features[6 * 200..<6 * 203]) == [
        200, 7, 200, 7, 200, 7, 1, 4, 2, 5, 3, 6, 202, 7, 202, 7, 202, 7,
      ])
    for (other, words) in [
      (png(1, 1, [1]), "/201: has 1×1 pixels; expected 2×1, as "),
      (png(2, 1, bits: 16, [1, 2, 3, 4]), "/201: has 16 bits a sample; expected 8, as "),
    ] {
      let error = #expect(throws: ConversionError.self) { try convert(other) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test func `images of several folders follow one another in the output`() throws {
    for number in 0..<50 {
      try write(
        png(2, 1, [UInt8(number), 1]), "\(number < 7 ? 0 : number < 20 ? 1 : 2)/a/\(100 + number)")
    }
    let output = folder.file("out.h5")
    var options = ConversionOptions(
      sources: [.train: (0..<3).map { folder.file("\($0)") }], output: output)
    options.shuffle = .none
    // Pieces of many rows, that are not those of a folder.
    options.storage = StorageOptions(compression: .none, chunkBytes: 10)
    _ = try Converter.convert(options)
    let features = try File(opening: output).dataset("train/features").values(as: UInt8.self)
    #expect(features == (0..<50).flatMap { [$0, 1] })
  }

  @Test func `among many images, what is none is named when its turn comes`() throws {
    try writeMany { $0 == 201 ? [1, 2, 3] : png(2, 1, [UInt8($0 % 256), 7]) }
    let set = try openSet(presumes: true)
    let error = #expect(throws: ConversionError.self) { try rows(set.splits[.train]![0]) }
    #expect(error?.description.contains("/201: is no PNG or JPEG image") == true)
    #expect(!set.presumedWrongly)
  }

  @Test(arguments: [0, 1])
  func `damaged images are read or refused`(kind: Int) throws {
    var random = SeededGenerator(seed: 1)
    let good = kind == 0 ? png(8, 8, color: 2, random.bytes(192)) : jpeg(8, 8, [9, 90, 200])
    for number in 0..<100 {
      var random = SeededGenerator(seed: UInt64(kind), case: number)
      try write(mutated(good, &random), "train/a/0")
      do {
        let source = try open { $0.imageSize = ImageSize(width: 8, height: 8) }[.train]![0]
        #expect(try rows(source).count == 1)
      } catch {
        #expect(error is ConversionError)
      }
    }
  }
}
