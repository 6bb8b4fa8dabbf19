import Datasets
import HDF5
import TestSupport
import Testing

@testable import Conversion

@Suite struct ConverterTests {
  let folder = TemporaryDirectory()
  var output: String { folder.file("out.h5") }

  /// Images of 2×2 bytes, image r starting with r, and labels r mod 3.
  func sources(_ name: String, rows: Int, firstLabel: Int = 0) throws -> [String] {
    let images = (0..<rows).flatMap { row -> [UInt8] in [UInt8(row % 256), UInt8(row / 256), 3, 4] }
    let labels = (0..<rows).map { UInt8(($0 + firstLabel) % 3) }
    return [
      try folder.write(idx(8, [rows, 2, 2], images), to: name + "-images"),
      try folder.write(gzip(idx(8, [rows], labels)), to: name + "-labels"),
    ]
  }

  func options(_ sources: [SplitName: [String]]) -> ConversionOptions {
    ConversionOptions(sources: sources, output: output)
  }

  /// What a split of the output holds: (row number, first two features, label) for each row.
  func rows(_ split: String) throws -> [[Int]] {
    let file = try File(opening: output)
    let features = try file.dataset("\(split)/features").values(as: Int.self)
    let labels = try file.dataset("\(split)/targets").values(as: Int.self)
    let numbers = try file.dataset("\(split)/row").values(as: Int.self)
    return numbers.indices.map {
      [numbers[$0], features[4 * $0] + 256 * features[4 * $0 + 1], labels[$0]]
    }
  }

  @Test(arguments: [1, 16, 1000])
  func `arrays of several files follow one another in the output`(chunkBytes: Int) throws {
    let counts = [1, 37, 5, 90]
    var files: [String] = []
    var first = 0
    for (index, count) in counts.enumerated() {
      let values = (first..<first + count).flatMap { [UInt8($0), UInt8(index), 9] as [UInt8] }
      files.append(try folder.write(npy("|u1", [count, 3], values), to: "x\(index)"))
      files.append(
        try folder.write(npy("|u1", [count], [UInt8](repeating: 1, count: count)), to: "y\(index)"))
      first += count
    }
    var options = options([.train: files])
    options.shuffle = .none
    options.storage = StorageOptions(compression: .none, chunkBytes: chunkBytes)
    _ = try Converter.convert(options)
    let expected = counts.enumerated().flatMap { index, count in
      [Int](repeating: index, count: count)
    }.enumerated().flatMap { [$0, $1, 9] }
    #expect(try File(opening: output).dataset("train/features").values(as: Int.self) == expected)
    // And once more, from the file that they are in now.
    let copy = try folder.write(bytes(of: output), to: "copy.h5")
    options.sources = [.train: [output, copy]]
    options.output = folder.file("again.h5")
    _ = try Converter.convert(options)
    let again = try File(opening: options.output).dataset("train/features").values(as: Int.self)
    #expect(again == expected + expected)
  }

  @Test func `without a shuffle rows stay as they are`() throws {
    var options = options([
      .train: try sources("a", rows: 300) + sources("b", rows: 5),
      .test: try sources("t", rows: 4),
    ])
    options.shuffle = .none
    options.classNames = ["x", "y", "z", "more"]
    let summary = try Converter.convert(options)
    #expect(
      try rows("train")
        == (0..<300).map { [$0, $0, $0 % 3] } + (0..<5).map { [300 + $0, $0, $0 % 3] })
    #expect(try rows("test") == (0..<4).map { [$0, $0, $0 % 3] })
    #expect(summary.rows == [.train: 305, .test: 4])
    #expect(summary.targets == .classes(4))
    #expect(summary.classCounts == [.train: [102, 102, 101, 0], .test: [2, 1, 1, 0]])
    #expect(summary.byteCount == (try bytes(of: output).count))

    let dataset = try Dataset(path: output)
    #expect(dataset.classNames == options.classNames)
    #expect(dataset.normalization == .bytes)
    #expect(
      dataset.source == "train: a-images, a-labels, b-images, b-labels; test: t-images, t-labels")
    #expect(dataset.fingerprint == summary.fingerprint)
  }

  @Test func `a full shuffle mixes train only, and its order is the seed's`() throws {
    var options = options([.train: try sources("a", rows: 500), .test: try sources("t", rows: 50)])
    _ = try Converter.convert(options)
    let first = try rows("train")
    #expect(first.map { $0[0] } != Array(0..<500))
    #expect(first.sorted { $0[0] < $1[0] } == (0..<500).map { [$0, $0, $0 % 3] })
    #expect(try rows("test") == (0..<50).map { [$0, $0, $0 % 3] })

    options.replacesExisting = true
    options.storage = StorageOptions(compression: .none, chunkBytes: 100)
    _ = try Converter.convert(options)
    #expect(try rows("train") == first)
    options.seed = 1
    _ = try Converter.convert(options)
    #expect(try rows("train") != first)
  }

  @Test(arguments: ConversionOptions.Shuffle.allCases)
  func `drawn splits take each row once`(shuffle: ConversionOptions.Shuffle) throws {
    var options = options([.train: try sources("a", rows: 400)])
    options.validationFraction = 0.1
    options.testFraction = 0.25
    options.shuffle = shuffle
    let summary = try Converter.convert(options)
    #expect(summary.rows == [.train: 260, .validation: 40, .test: 100])
    let all = try SplitName.allCases.map { try rows("\($0)") }
    #expect(all.flatMap { $0 }.sorted { $0[0] < $1[0] } == (0..<400).map { [$0, $0, $0 % 3] })
    for (split, rows) in zip(SplitName.allCases, all) where split != .train || shuffle == .none {
      #expect(rows.map { $0[0] } == rows.map { $0[0] }.sorted(), "\(split)")
    }
    // Drawn from everywhere: the mean of 100 of 0..<400 is 199.5 ± 10.
    #expect(abs(all[2].reduce(0) { $0 + Double($1[0]) } / 100 - 199.5) < 50)
    #expect(summary.classCounts.values.map { $0.reduce(0, +) }.reduce(0, +) == 400)
  }

  @Test func `float labels are values, and progress reaches the end`() throws {
    let images = try folder.write(
      idx(0x0D, [3, 1], [0, 0, 0, 0, 0x3F, 0x80, 0, 0, 0x40, 0, 0, 0]), to: "x")
    let targets = try folder.write(
      idx(0x0D, [3], [0x40, 0, 0, 0, 0x3F, 0x80, 0, 0, 0, 0, 0, 0]), to: "y")
    nonisolated(unsafe) var last: ConversionProgress?
    var options = options([.train: [images, targets]])
    options.shuffle = .none
    let summary = try Converter.convert(options) { last = $0 }
    #expect(last == .rows(read: 3, written: 3, total: 3))
    #expect(summary.targets == .values(1))
    #expect(summary.classCounts.isEmpty)
    #expect(summary.normalization == .none)
    let file = try File(opening: output)
    #expect(try file.dataset("train/features").values(as: Float.self) == [0, 1, 2])
    #expect(try file.dataset("train/targets").values(as: Float.self) == [2, 1, 0])
  }

  /// Big-endian bytes of numbers.
  static func big<Number: FixedWidthInteger>(_ values: [Number]) -> [UInt8] {
    values.flatMap { withUnsafeBytes(of: $0.bigEndian) { Array($0) } }
  }

  @Test(
    arguments: [
      (0x0B, big([0, 255] as [Int16]), ElementType.uint8),
      (0x0B, big([-1, 127] as [Int16]), .int8),
      (0x0B, big([-1, 128] as [Int16]), .int16), (0x0C, big([0, 255] as [Int32]), .uint8),
      (0x0C, big([0, 65_535] as [Int32]), .uint16), (0x0C, big([-1, 32_767] as [Int32]), .int16),
      (0x0C, big([-1, 65_535] as [Int32]), .int32), (0x09, [1, 2], .int8),
      (0x0D, big([1, 2].map { Float($0).bitPattern }), .float32),
      (0x0E, big([0.5, 2].map(\Double.bitPattern)), .float32),
      (0x0E, big([0.1, 2].map(\Double.bitPattern)), .float64),
    ] as [(UInt8, [UInt8], ElementType)])
  func `features are stored in the smallest type that holds them`(
    code: UInt8, values: [UInt8], type: ElementType
  ) throws {
    let images = try folder.write(idx(code, [2, 1], values), to: "images")
    let labels = try folder.write(idx(8, [2], [0, 1]), to: "labels")
    var options = options([.train: [images, labels]])
    options.shuffle = .none
    #expect(try Converter.convert(options).featureType == type)
    let source = try IDXFile(SourceFile(images))
    var expected = [UInt8](repeating: 0, count: values.count)
    try expected.withUnsafeMutableBytes { try source.read(rows: 2, into: $0) }
    let stored = try File(opening: output).dataset("train/features")
    #expect(stored.storedType == .number(type, .littleEndian))
    #expect(try stored.values(as: Double.self) == doubles(expected, code))
  }

  /// Values of an IDX file in the machine's byte order.
  func doubles(_ bytes: [UInt8], _ code: UInt8) -> [Double] {
    bytes.withUnsafeBytes { bytes in
      switch code {
      case 0x09: bytes.bindMemory(to: Int8.self).map { Double($0) }
      case 0x0B: bytes.bindMemory(to: Int16.self).map { Double($0) }
      case 0x0C: bytes.bindMemory(to: Int32.self).map { Double($0) }
      case 0x0D: bytes.bindMemory(to: Float.self).map { Double($0) }
      default: Array(bytes.bindMemory(to: Double.self))
      }
    }
  }

  /// What is changed about good sources, and the message that says so.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let message: String
    let change: @Sendable (inout ConversionOptions, ConverterTests) throws -> Void

    init(
      _ message: String,
      _ change: @escaping @Sendable (inout ConversionOptions, ConverterTests) throws -> Void
    ) {
      testDescription = message
      self.message = message
      self.change = change
    }
  }

  static let nan: [UInt8] = [0x7F, 0xC0, 0, 0]
  static let cases = [
    Case("convert: has no sources; expected files for at least one of --train") { options, _ in
      options.sources = [:]
    },
    Case("--train: has 1 sources; expected an IDX file of images, then one of their labels") {
      options, _ in options.sources[.train]!.removeLast()
    },
    Case("DIR/t-labels: has 4 labels; expected 10, one for each image of DIR/a-images; give") {
      options, _ in options.sources[.train]![1] = options.sources[.test]![1]
    },
    Case(
      "DIR/a-images: has the shape [10, 2, 2], which is that of images; expected labels, one "
        + "number or one row of numbers for each image; give the images first, then their labels"
    ) { options, _ in options.sources[.train]!.reverse() },
    Case("DIR/none: cannot be opened: No such file or directory") { options, tests in
      options.sources[.train]![0] = tests.folder.file("none")
    },
    Case("DIR/wide: has rows of uint8 [1, 4]; expected uint8 [2, 2], as DIR/a-images has") {
      options, tests in
      options.sources[.test]![0] = try tests.folder.write(
        idx(8, [4, 1, 4], [UInt8](repeating: 0, count: 16)), to: "wide")
    },
    Case("DIR/labels: has the label 3 in row 2; expected a class from 0 to 2, as the labels of tr")
    {
      options, tests in
      options.sources[.test]![1] = try tests.folder.write(idx(8, [4], [0, 1, 3, 0]), to: "labels")
    },
    Case("DIR/a-labels: has the label 2 in row 2; expected a class from 0 to 1, which have names") {
      options, _ in options.classNames = ["x", "y"]
    },
    Case(
      "--task: is regression, and the targets of DIR/a-labels are uint8; expected floats: integers of "
        + "arrays are classes; convert without --task, and give it to lockstep train; or save"
    ) { options, _ in options.table.task = .regression },
    Case(
      "--task: is classification, and the targets of DIR/y are float32; expected an integer a row: "
        + "floats, and several numbers a row, are values"
    ) { options, tests in
      options.table.task = .classification
      options.sources[.test] = nil
      options.sources[.train]![1] = try tests.folder.write(
        idx(0x0D, [10], [UInt8](repeating: 0, count: 40)), to: "y")
    },
    Case("DIR/labels: has the label -1 in row 1; expected a class from 0 to 16777215") {
      options, tests in
      options.sources = [
        .train: [
          options.sources[.test]![0],
          try tests.folder.write(idx(9, [4], [0, 255, 3, 0]), to: "labels"),
        ]
      ]
    },
    Case("DIR/x: has a number that is NaN, infinite or beyond a float's range in row 1, column 0") {
      options, tests in
      options.sources[.test] = nil
      options.sources[.train]![0] = try tests.folder.write(
        idx(0x0D, [10, 1], [0, 0, 0, 0] + nan + [UInt8](repeating: 0, count: 32)), to: "x")
    },
    Case("DIR/cut: ends in the middle of its compressed data") { options, tests in
      let whole = gzip(idx(8, [10, 2, 2], (0..<40).map { $0 }))
      options.sources[.train]![0] = try tests.folder.write(whole.dropLast(20), to: "cut")
    },
    Case(
      "DIR/damaged: has damaged gzip data, at byte 11, after 0 decompressed bytes (invalid block type)"
    ) {
      options, tests in
      var whole = gzip(idx(8, [10, 2, 2], (0..<40).map { $0 }))
      // Behind the header of ten bytes: a block of a type that there is not.
      whole[10] = 0x07
      options.sources[.train]![0] = try tests.folder.write(whole, to: "damaged")
    },
    Case("--validation-fraction: is 1; expected a number from 0 to below 1") { options, _ in
      options.validationFraction = 1
    },
    Case("--test-fraction: is nan; expected a number from 0 to below 1") { options, _ in
      options.testFraction = .nan
    },
    Case("--validation-fraction and --test-fraction: add up to 1.1; expected less than 1") {
      options, _ in
      options.sources[.test] = nil
      options.validationFraction = 0.6
      options.testFraction = 0.5
    },
    Case("--test-fraction: is given, and so are sources for test; expected one or the other") {
      options, _ in options.testFraction = 0.5
    },
    Case("--validation-fraction: takes rows of train, which has no sources") { options, _ in
      options.sources[.train] = nil
      options.validationFraction = 0.5
    },
    Case("--validation-fraction 0.01: takes 0 of the 10 rows of train; expected at least 1") {
      options, _ in options.validationFraction = 0.01
    },
    Case("--chunk-bytes: is 0; expected a number from 1 to 67108864") { options, _ in
      options.storage.chunkBytes = 0
    },
    Case("--compression: is gzip:10; expected none, or gzip:1 (fast) to gzip:9 (small)") {
      options, _ in options.storage.compression = .gzip(level: 10)
    },
    Case("DIR/a-images: exists already; remove it, choose another name, or ask") { options, _ in
      options.output = options.sources[.train]![0]
    },
    Case("DIR/no/out.h5: ") { options, tests in options.output = tests.folder.file("no/out.h5") },
  ]

  @Test(arguments: cases)
  func `bad input is refused with what is wrong, and leaves no output`(bad: Case) throws {
    var options = options([.train: try sources("a", rows: 10), .test: try sources("t", rows: 4)])
    try bad.change(&options, self)
    let names = try folder.names()
    let error = #expect(throws: ConversionError.self) { try Converter.convert(options) }
    let text = error?.description ?? ""
    let wanted = bad.message.split(separator: "DIR", omittingEmptySubsequences: false)
      .joined(separator: folder.path)
    #expect(text.hasPrefix(wanted), "\(text)")
    #expect(try folder.names() == names)
  }

  static let fashion = "/usr/share/datasets/fashion-mnist/"

  @Test(.enabled(if: (try? IDXFile(SourceFile(fashion + "t10k-labels-idx1-ubyte.gz"))) != nil))
  func `Fashion-MNIST's test images come back byte for byte`() throws {
    let sources = ["images-idx3", "labels-idx1"].map { Self.fashion + "t10k-\($0)-ubyte.gz" }
    let summary = try Converter.convert(options([.test: sources]))
    #expect(summary.classCounts == [.test: Array(repeating: 1000, count: 10)])
    let images = try IDXFile(SourceFile(sources[0]))
    var wanted = [UInt8](repeating: 0, count: images.header.byteCount)
    try wanted.withUnsafeMutableBytes { try images.read(rows: 10_000, into: $0) }
    #expect(try File(opening: output).dataset("test/features").values(as: UInt8.self) == wanted)
    #expect(try Dataset(path: output).load(.test).rows == 10_000)
  }

  @Test func `the fingerprint is the same for any chunks, compression and memory`() throws {
    var random = SeededGenerator(seed: 3)
    let values = (0..<700 * 1000).map { _ in UInt8.random(in: 0...255, using: &random) }
    let images = try folder.write(idx(8, [700, 1000], values), to: "images")
    let labels = try folder.write(idx(8, [700], (0..<700).map { UInt8($0 % 3) }), to: "labels")
    var options = options([.train: [images, labels]])
    options.replacesExisting = true
    for shuffle in ConversionOptions.Shuffle.allCases {
      options.shuffle = shuffle
      var found: Set<String> = []
      for (chunkBytes, memory) in [(3000, 512 << 20), (1 << 20, 64 << 20), (200_000, 0)] {
        for compression in [StorageOptions.Compression.none, .gzip(level: 1)] {
          options.storage = StorageOptions(compression: compression, chunkBytes: chunkBytes)
          // Without memory rows wait in a file.
          options.memoryBudget = max(memory, 64 << 20)
          options.keptRowBytes = memory / 4
          found.insert(try Converter.convert(options).fingerprint)
        }
      }
      #expect(found.count == 1, "\(shuffle)")
    }
  }

  @Test func `compression is chosen by a sample, and the rows' geometry is the same`() throws {
    var random = SeededGenerator(seed: 2)
    let noise = (0..<60 * 1000).map { _ in UInt8.random(in: 0...255, using: &random) }
    let text = (0..<60 * 1000).map { UInt8($0 / 100 % 3) }
    let labels = try folder.write(idx(8, [60], (0..<60).map { $0 % 3 }), to: "labels")
    for (values, isCompressed) in [(noise, false), (text, true)] {
      let images = try folder.write(idx(8, [60, 1000], values), to: "images")
      var options = options([.train: [images, labels]])
      options.replacesExisting = true
      options.storage.chunkBytes = 8000
      let plain = try Converter.convert(options)
      let layout = try File(opening: output).dataset("train/features").layout
      options.choosesCompression = true
      let summary = try Converter.convert(options)
      let stored = try File(opening: output).dataset("train/features")
      #expect(stored.layout == layout && layout == .chunked([8, 1000]))
      #expect(stored.filters.isEmpty == !isCompressed)
      #expect(
        summary.compression?.compression
          == (isCompressed ? .gzip(level: 6) : StorageOptions.Compression.none))
      #expect(summary.fingerprint == plain.fingerprint)
    }
  }

  @Test(
    arguments: [
      (0x0B, big([0, 255] as [Int16]), ElementType.uint8), (0x0C, big([0, 1] as [Int32]), .uint8),
      (0x0C, big([0, 300] as [Int32]), .uint16),
      (0x0D, big([1, 2].map { Float($0).bitPattern }), .float32),
      (0x0E, big([0.5, 2].map(\Double.bitPattern)), .float32),
      (0x0E, big([0.1, 2].map(\Double.bitPattern)), .float64),
    ] as [(UInt8, [UInt8], ElementType)])
  func `targets are stored in the smallest type that holds them`(
    code: UInt8, values: [UInt8], type: ElementType
  ) throws {
    let images = try folder.write(idx(8, [2, 1], [0, 1]), to: "images")
    let labels = try folder.write(idx(code, [2], values), to: "labels")
    var options = options([.train: [images, labels]])
    options.shuffle = .none
    #expect(try Converter.convert(options).targetType == type)
    let stored = try File(opening: output).dataset("train/targets")
    #expect(stored.storedType == .number(type, .littleEndian))
    #expect(try stored.values(as: Double.self) == doubles(values.bigEndian(code), code))
  }
}

extension [UInt8] {
  /// Values of an IDX file turned to the machine's byte order.
  fileprivate func bigEndian(_ code: UInt8) -> [UInt8] {
    let width = [0x0B: 2, 0x0C: 4, 0x0D: 4, 0x0E: 8][Int(code)] ?? 1
    return stride(from: 0, to: count, by: width).flatMap { self[$0..<$0 + width].reversed() }
  }
}
