import Datasets
import Foundation
import HDF5
import Settings
import TestSupport
import Testing

@testable import Conversion

/// Conversions that are interrupted: a copy of what one keeps at some moment is what a process that
/// is killed then leaves.
@Suite struct ResumingTests {
  let folder = TemporaryDirectory()
  var output: String { folder.file("out.h5") }
  let copies = TemporaryDirectory()
  var kept: String { folder.file(".out.h5.unfinished") }

  /// Where rows are kept.
  enum Store: CaseIterable {
    /// In a working file: those that are shuffled, and those that are compressed.
    case shuffled, compressed
    /// In the output itself.
    case places
  }

  /// Keeps all rows, with a mark behind each band where reading can go on.
  func options(
    _ sources: [SplitName: [String]], in store: Store = .shuffled
  ) -> ConversionOptions {
    var options = ConversionOptions(sources: sources, output: output)
    options.shuffle = store == .shuffled ? .full : .none
    // Many chunks, and rows that end in one.
    options.storage = StorageOptions(
      compression: store == .places ? .none : .gzip(level: 1), chunkBytes: 300)
    options.keptRowBytes = 0
    options.tablePieceBytes = 4000
    options.replacesExisting = true
    return options
  }

  /// Copies what is kept each time that it has changed.
  func interruptions(_ options: ConversionOptions) throws -> [String] {
    nonisolated(unsafe) var found: [String] = []
    nonisolated(unsafe) var last: [UInt8] = []
    _ = try Converter.convert(options) { _ in
      let mark = (try? bytes(of: kept + "/mark")) ?? []
      if mark == last { return }
      last = mark
      found.append(copies.file("\(UUID())"))
      try? FileManager.default.copyItem(atPath: kept, toPath: found.last!)
    }
    #expect(!FileManager.default.fileExists(atPath: kept))
    return found
  }

  /// Goes on from each interruption, and expects the bytes of a conversion that was not interrupted.
  func expectSameBytes(_ options: ConversionOptions, least: Int = 3) throws {
    let copies = try interruptions(options)
    // The mark behind the last row is removed at once where nothing has to follow.
    let last = options.storage.compression == .none ? 1 : 0
    #expect(copies.count >= least - last, "\(copies.count)")
    let whole = try bytes(of: output)
    for copy in copies {
      // The last line is a checksum.
      let lines = try bytes(of: copy + "/mark")
      let text = lines.prefix(upTo: try #require(lines.lastIndex(of: 0x0A)))
      let mark = try #require(ReadingMark(try SettingValue(json5: text, source: copy)))
      try FileManager.default.removeItem(atPath: output)
      try FileManager.default.moveItem(atPath: copy, toPath: kept)
      var options = options
      options.resumes = true
      options.replacesExisting = false
      nonisolated(unsafe) var first: (read: Int, written: Int)?
      let summary = try Converter.convert(options) { progress in
        if case .rows(let read, let written, _) = progress { first = first ?? (read, written) }
      }
      #expect(try bytes(of: output) == whole)
      #expect(summary.notes == [])
      // Nothing is read twice.
      #expect(first!.read >= mark.rows && (first!.read > mark.rows || first!.written > 0))
      #expect(!FileManager.default.fileExists(atPath: kept))
    }
  }

  /// Likewise, where some of what was read may have to be read anew.
  func expectSameOutput(_ options: ConversionOptions) throws {
    let copies = try interruptions(options)
    let whole = try bytes(of: output)
    #expect(!copies.isEmpty)
    var options = options
    options.resumes = true
    for copy in copies {
      try FileManager.default.moveItem(atPath: copy, toPath: kept)
      _ = try Converter.convert(options)
      #expect(try bytes(of: output) == whole)
    }
  }

  /// A table with a missing value, words, and classes.
  func table(_ name: String, rows: Range<Int>) throws -> String {
    var text = "x,c,z,y\n"
    for row in rows {
      text += "\(row % 17 == 3 ? "" : "\(Double(row) / 8)"),"
      text +=
        "\(["red", "green", "blue"][row % 3]),\(row * row % 1000),\(["a", "b"][row / 7 % 2])\n"
    }
    return try folder.write(Array(text.utf8), to: name)
  }

  @Test(arguments: Store.allCases)
  func `tables go on in the middle`(store: Store) throws {
    var options = options(
      [
        .train: [try table("a.csv", rows: 0..<900), try table("b.csv", rows: 900..<1100)],
        .test: [try table("t.csv", rows: 50..<500)],
      ], in: store)
    options.validationFraction = 0.2
    options.stratifies = true
    options.table.targets = ["y"]
    options.table.imputation = .median
    options.table.scaling = .robust
    try expectSameBytes(options, least: 6)
  }

  @Test(arguments: Store.allCases)
  func `bad rows that are left out stay out`(store: Store) throws {
    let path = try folder.write(
      Array(
        ("x,y\n" + (0..<2000).map { "\($0 % 9 == 1 ? "?" : "\($0)"),\($0 % 2)\n" }.joined()).utf8),
      to: "a.csv")
    var options = options([.train: [path]], in: store)
    options.table.targets = ["y"]
    options.skipsBadRows = true
    try expectSameBytes(options)
  }

  @Test(arguments: Store.allCases)
  func `tables that are read once go on with what was found on the way`(store: Store) throws {
    var text = "a,b,y\n"
    for row in 0..<1500 { text += "\(Double(row) / 10),\(row % 100).\(row % 7),\(row % 3)\n" }
    var options = options([.train: [try folder.write(Array(text.utf8), to: "a.csv")]], in: store)
    options.leastPresumedBytes = 0
    options.table.targets = ["y"]
    options.table.scaling = .standardize
    try expectSameBytes(options)
  }

  @Test(arguments: Store.allCases)
  func `tables that are not what they start like go on with what they are`(store: Store) throws {
    let text =
      "a,b,c,d,e,y\n"
      + (0..<40_000).map { row in
        "\(row == 39_990 ? "" : "1"),0,1,0,\(Double(row) / 7),\(row % 3)\n"
      }.joined()
    var options = options([.train: [try folder.write(Array(text.utf8), to: "a.csv")]], in: store)
    options.leastPresumedBytes = 0
    options.tablePieceBytes = 1 << 16
    // The table is not kept, as it is smaller; its rows are.
    options.keptRowBytes = text.utf8.count + 1
    options.table.targets = ["y"]
    options.table.imputation = .mean
    try expectSameOutput(options)
  }

  @Test(arguments: Store.allCases)
  func `sparse rows, arrays and images go on`(store: Store) throws {
    let rows = (0..<60).map { "\($0 % 3) 1:\($0) \(20_000 + $0):1\n" }.joined()
    try expectSameBytes(
      options([.train: [try folder.write(Array(rows.utf8), to: "rows")]], in: store), least: 2)

    // Bands of four rows.
    let wide = (0..<12).flatMap { row in [UInt8](repeating: UInt8(row), count: 1 << 20) }
    let images = try folder.write(gzip(idx(8, [12, 1024, 1024], wide)), to: "images")
    let labels = try folder.write(idx(8, [12], (0..<12).map { $0 % 4 }), to: "labels")
    var large = options([.train: [images, labels]], in: store)
    large.testFraction = 0.25
    try expectSameBytes(large)

    for index in 0..<24 {
      let path = folder.file("images-\(index % 2)/\(index % 3)")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let pixels = [UInt8](repeating: UInt8(index), count: 1 << 18)
      try folder.write(
        png(512, 512, pixels), to: "images-\(index % 2)/\(index % 3)/\(index).png")
    }
    let folders = (0..<2).map { folder.file("images-\($0)") }
    try expectSameBytes(
      options([.train: [folders[0]], .test: [folders[1]]], in: store), least: 2)
  }

  @Test(arguments: Store.allCases, [false, true])
  func `images that are taken for what some are go on`(store: Store, hasOther: Bool) throws {
    let grey = (0..<5).map { png(128, 128, [UInt8](repeating: UInt8($0), count: 1 << 14)) }
    let colors = png(128, 128, color: 2, [UInt8](repeating: 9, count: 3 << 14))
    for index in 0..<300 {
      let path = "images-\(index / 150)/\(index % 3)"
      try FileManager.default.createDirectory(
        atPath: folder.file(path), withIntermediateDirectories: true)
      // One that has colours makes all have some, and is not among those that are looked at before.
      try folder.write(
        hasOther && index == 281 ? colors : grey[index % 5],
        to: "\(path)/\(1000 + index).png")
    }
    let folders = (0..<2).map { folder.file("images-\($0)") }
    try expectSameOutput(options([.train: folders], in: store))
  }

  /// Bands end where a piece of the output's memory does, not where those of other readers end.
  @Test(arguments: [(Store.places, false), (.places, true), (.shuffled, false)])
  func `arrays of several files go on`(store: Store, isFortran: Bool) throws {
    let width = 1 << 14
    var files: [SplitName: [String]] = [.train: [], .test: []]
    for (index, (split, rows)) in [(SplitName.train, 600), (.train, 3), (.test, 300)].enumerated() {
      let values = (0..<rows).flatMap { [UInt8](repeating: UInt8($0 % 251), count: width) }
      files[split]! += [
        try folder.write(npy("|u1", [rows, width], values, fortran: isFortran), to: "x\(index)"),
        try folder.write(npy("|u1", [rows], [UInt8](repeating: 1, count: rows)), to: "y\(index)"),
      ]
    }
    var options = options(files, in: store)
    // Of 150 rows, which are no part of a band.
    options.storage.chunkBytes = 150 * width
    try expectSameBytes(options)
  }

  @Test(arguments: Store.allCases)
  func `bad rows of arrays that are left out stay out`(store: Store) throws {
    // Bands of four rows; of the second all are bad, and of others some.
    let (rows, width) = (18, 1 << 18)
    let bad: Set = [0, 4, 5, 6, 7, 9, 17]
    let features = (0..<rows).flatMap { row in
      [Float](repeating: bad.contains(row) ? .nan : Float(row), count: width)
    }
    let array = npy("<f4", [rows, width], features.bytes)
    // Rows that are compressed are kept where reading them again takes as long.
    let arrays = [
      try folder.write(store == .compressed ? gzip(array) : array, to: "x"),
      try folder.write(npy("<i8", [rows], (0..<rows).map { $0 % 3 }.bytes), to: "y"),
    ]
    let few = [
      try folder.write(
        npy("<f4", [1, width], [Float](repeating: 1, count: width).bytes), to: "tx"),
      try folder.write(npy("<i8", [1], [1].bytes), to: "ty"),
    ]
    var options = options([.train: arrays, .test: few], in: store)
    options.skipsBadRows = true
    options.validationFraction = 0.25
    try expectSameBytes(options)
    let file = try File(opening: output)
    let numbers = try ["train", "validation"].flatMap {
      try file.dataset($0 + "/row").values(as: Int.self)
    }
    #expect(numbers.sorted() == (0..<rows).filter { !bad.contains($0) })
  }

  @Test(arguments: [Store.shuffled, .places])
  func `rows of HDF5 keep their weights`(store: Store) throws {
    let path = folder.file("weighted.h5")
    let schema = DatasetSchema(
      featureShape: [200_000], featureType: .uint8, targetType: .int64, hasWeights: true,
      rows: [.train: 50])
    let writer = try DatasetWriter(path: path, schema: schema)
    let pixels = (0..<50).flatMap { [UInt8](repeating: UInt8($0), count: 200_000) }
    let targets = (0..<50).map { Int64($0 % 2) }
    try pixels.withUnsafeBytes { pixels in
      try targets.withUnsafeBytes { targets in
        try writer.append(
          to: .train, features: pixels, targets: targets, weights: (0..<50).map { Float($0) / 4 },
          rowNumbers: Array(0..<50))
      }
    }
    try writer.finish(DatasetInformation())
    try expectSameBytes(options([.train: [path]], in: store), least: 2)
    let file = try File(opening: output)
    let numbers = try file.dataset("train/row").values(as: Int.self)
    let weights = try file.dataset("train/weights").values(as: Float.self)
    #expect((numbers == Array(0..<50)) == (store == .places))
    #expect(weights == numbers.map { Float($0) / 4 })
    #expect(try file.dataset("train/targets").storedType == .number(.uint8, .littleEndian))
  }

  @Test(arguments: ["cut", "another"])
  func `an output that was damaged while it was kept is made anew`(damage: String) throws {
    var options = try smallOptions(in: .places)
    try interrupt(options)
    if damage == "cut" {
      let start = try bytes(of: kept + "/rows").prefix(600)
      try Data(start).write(to: URL(fileURLWithPath: kept + "/rows"))
    } else {
      try FileManager.default.removeItem(atPath: kept + "/rows")
      _ = try File(creating: kept + "/rows").createDataset("train/features", .float32, shape: [2])
    }
    options.resumes = true
    _ = try Converter.convert(options)
    let resumed = try bytes(of: output)
    options.resumes = false
    _ = try Converter.convert(options)
    #expect(try bytes(of: output) == resumed)
  }

  /// Leaves what a conversion keeps when it is interrupted.
  func interrupt(_ options: ConversionOptions) throws {
    let copy = try #require(try interruptions(options).first)
    try FileManager.default.removeItem(atPath: output)
    try FileManager.default.moveItem(atPath: copy, toPath: kept)
  }

  func smallOptions(in store: Store = .shuffled) throws -> ConversionOptions {
    var options = options([.train: [try table("a.csv", rows: 0..<500)]], in: store)
    options.table.targets = ["y"]
    options.table.imputation = .mean
    return options
  }

  @Test func `without being asked to go on, what was kept is not overwritten`() throws {
    var options = try smallOptions()
    try interrupt(options)
    options.replacesExisting = false
    let error = #expect(throws: ConversionError.self) { try Converter.convert(options) }
    #expect(error?.problem.contains("was being made by a conversion that was interrupted") == true)
    #expect(error?.remedy == "go on with it by --resume, or start anew by --force")
    #expect(FileManager.default.fileExists(atPath: kept + "/mark"))
    options.replacesExisting = true
    _ = try Converter.convert(options)
    #expect(try folder.names() == ["a.csv", "out.h5"])
  }

  @Test(arguments: ["source", "options", "chunks"])
  func `what was kept of something else is not gone on with`(changed: String) throws {
    var options = try smallOptions(in: .places)
    try interrupt(options)
    switch changed {
    case "source": _ = try table("a.csv", rows: 1..<501)
    case "chunks": options.storage.chunkBytes = 400
    default: options.seed = 1
    }
    options.resumes = true
    let notes = try Converter.convert(options).notes
    let what = changed == "source" ? folder.file("a.csv") : "the options or the program"
    #expect(
      notes == ["everything was done anew: \(what) changed since the conversion was interrupted"])
    let resumed = try bytes(of: output)
    options.resumes = false
    _ = try Converter.convert(options)
    #expect(try bytes(of: output) == resumed)
  }

  @Test(arguments: ["identity", "mark", "table", "rows"], [Store.shuffled, .places])
  func `damage to what was kept is no crash`(file: String, store: Store) throws {
    var options = try smallOptions(in: store)
    for length in [0, 10, 100] {
      try interrupt(options)
      let path = kept + "/" + file
      guard let old = try? bytes(of: path) else { continue }
      try Data(old.prefix(length)).write(to: URL(fileURLWithPath: path))
      options.resumes = true
      do {
        _ = try Converter.convert(options)
      } catch {
        #expect(error.description.contains("working file"))
      }
      #expect(!FileManager.default.fileExists(atPath: kept))
      options.resumes = false
    }
  }

  @Test func `a number that changed in what was kept is found`() throws {
    var options = try smallOptions()
    for file in ["identity", "mark"] {
      try interrupt(options)
      var text = try bytes(of: kept + "/" + file)
      let digit = try #require(text.lastIndex(of: UInt8(ascii: "0")))
      text[digit] += 1
      try Data(text).write(to: URL(fileURLWithPath: kept + "/" + file))
      options.resumes = true
      _ = try Converter.convert(options)
      options.resumes = false
    }
  }

  @Test func `what is not of a conversion is neither followed nor read nor removed`() throws {
    let options = try smallOptions()
    let other = try folder.write([1, 2, 3], to: "other")
    try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: kept + "/owner", withDestinationPath: other)
    let error = #expect(throws: ConversionError.self) { try Converter.convert(options) }
    #expect(error?.problem.contains("cannot be used") == true)
    #expect(try bytes(of: other) == [1, 2, 3])

    try FileManager.default.removeItem(atPath: kept + "/owner")
    #expect(mkfifo(kept + "/identity", 0o600) == 0)
    try Data([4]).write(to: URL(fileURLWithPath: kept + "/notes.txt"))
    _ = try Converter.convert(options)
    #expect(try FileManager.default.contentsOfDirectory(atPath: kept) == ["notes.txt"])

    try FileManager.default.removeItem(atPath: kept)
    try FileManager.default.createSymbolicLink(atPath: kept, withDestinationPath: folder.path)
    #expect(throws: ConversionError.self) { try Converter.convert(options) }
  }

  @Test func `what failed leaves nothing`() throws {
    let text = "x,y\n" + (0..<3000).map { "\($0),\($0 % 3)\n" }.joined()
    let train = try folder.write(Array(text.utf8), to: "a.csv")
    var options = options([.train: [train], .test: [train]])
    options.table.targets = ["y"]
    options.isStrict = true
    #expect(throws: ConversionError.self) { try Converter.convert(options) }
    #expect(try folder.names() == ["a.csv"])
  }

  @Test func `two conversions to one file do not disturb each other`() throws {
    var options = try smallOptions()
    let early = try WorkingFolder(options, ProgressReporter())
    try interrupt(options)
    options.resumes = true
    let work = try WorkingFolder(options, ProgressReporter())
    early.remove()
    let error = #expect(throws: ConversionError.self) { try Converter.convert(options) }
    #expect(error?.problem.contains("is being made by another conversion, process") == true)
    withExtendedLifetime(work) {}
    #expect(FileManager.default.fileExists(atPath: kept + "/mark"))
  }
}
