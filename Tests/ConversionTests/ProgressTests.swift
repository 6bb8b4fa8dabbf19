import Datasets
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Conversion

/// What a conversion tells of the passes before and after the reading and writing of its rows.
@Suite struct ProgressTests {
  let tables = Tables()

  /// A pass as it was told.
  struct Told: Equatable, CustomStringConvertible {
    var work: ConversionProgress.Pass.Work
    var unit: ConversionProgress.Pass.Unit
    var total: Int?
    /// In the order of their reading, by their names.
    var sources: [String] = []
    var done: [Int] = []

    var description: String { "\(work) \(sources) \(done) of \(total ?? -1) \(unit)" }
  }

  /// Converts, and expects that progress is told on this thread, and that each pass goes from nothing
  /// to all without a step back.
  func passes(
    _ sources: [SplitName: [String]], _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> [Told] {
    var options = ConversionOptions(sources: sources, output: tables.output)
    options.replacesExisting = true
    // Tables are read in pieces so small that even these have several.
    options.tablePieceBytes = 4 << 10
    change(&options)
    nonisolated(unsafe) var told: [Told] = []
    let thread = pthread_self()
    _ = try Converter.convert(options) { progress in
      #expect(pthread_equal(pthread_self(), thread) != 0)
      guard case .pass(let pass) = progress else { return }
      if told.isEmpty || told.last!.work != pass.work || told.last!.total != pass.total
        || told.last!.done.last! > pass.done
      {
        told.append(Told(work: pass.work, unit: pass.unit, total: pass.total))
      }
      let name = pass.source.map { String($0.split(separator: "/").last!) } ?? ""
      if told.last!.sources.last != name { told[told.count - 1].sources.append(name) }
      told[told.count - 1].done.append(pass.done)
    }
    for pass in told {
      #expect(pass.done.first == 0 && pass.done == pass.done.sorted(), "\(pass)")
      if let total = pass.total { #expect(pass.done.last == total, "\(pass)") }
    }
    return told
  }

  /// A table with a column of words and numbers, which is read twice to be known, and a target of two
  /// classes.
  func table(_ name: String, rows: Int) throws -> String {
    var text = "x,word,y\n"
    for row in 0..<rows {
      text += "\(row % 9 == 4 ? "" : "\(row % 100).5"),\(["red", "7"][row % 2]),"
      text += "\(["a", "b"][row / 3 % 2])\n"
    }
    return try tables.write(text, to: name)
  }

  @Test func `each scan of a table with words goes over the bytes of all its files`() throws {
    let files = [try table("a.csv", rows: 3000), try table("b.csv", rows: 2000)]
    let size = try files.reduce(0) { try $0 + bytes(of: $1).count }
    let told = try passes([.train: files]) {
      $0.table.targets = ["y"]
      $0.table.imputation = .constant(0)
    }
    #expect(told.map(\.work) == [.examining, .examining])
    for pass in told {
      #expect(pass.unit == .bytes && pass.total == size && pass.sources == ["a.csv", "b.csv"])
      #expect(Set(pass.done).count > 5, "\(pass)")
    }
  }

  @Test func `of a compressed table the bytes of its file are told`() throws {
    let text = try bytes(of: table("a.csv", rows: 40_000))
    let file = try tables.folder.write(gzip(text), to: "a.csv.gz")
    let told = try passes([.train: [file]]) {
      $0.table.targets = ["y"]
      $0.table.imputation = .constant(0)
    }
    let size = try bytes(of: file).count
    #expect(told.map(\.total) == [size, size])
    for pass in told {
      let half = pass.done[pass.done.count / 2]
      #expect((size / 4..<size * 3 / 4).contains(half), "\(pass)")
    }
  }

  @Test func `counting, drawing and fitting are passes`() throws {
    let file = try table("a.csv", rows: 3000)
    let size = try bytes(of: file).count
    let told = try passes([.train: [file]]) {
      $0.table.targets = ["y"]
      $0.skipsBadRows = true
      $0.stratifies = true
      $0.testFraction = 0.5
      $0.table.scaling = .robust
    }
    #expect(
      told.map(\.work) == [.examining, .examining, .counting, .splitting, .fitting, .fitting])
    // What the moments are, then the quantiles, found by six readings.
    #expect(told.map(\.total) == [size, size, size, size, size, 6 * size])
  }

  @Test func `the records of a table that is taken for numbers are counted`() throws {
    let rows = (0..<3000).map { "\($0).1,\($0 % 3).5\n" }.joined()
    for text in ["x,y\n" + rows, "x,\"y\"\n" + rows + "\"1\",2\n"] {
      let file = try tables.write(text)
      let told = try passes([.train: [file]]) {
        $0.table.targets = ["y"]
        $0.leastPresumedBytes = 0
      }
      #expect(told.first?.work == .counting && told.first?.total == text.utf8.count)
    }
  }

  @Test func `a libsvm file is examined`() throws {
    let text = (0..<5000).map { "\($0 % 2) 1:\($0) 7:3\n" }.joined()
    let told = try passes([.train: [try tables.write(text, to: "rows")]])
    #expect(told.map(\.work) == [.examining])
    #expect(told[0].unit == .bytes && told[0].total == text.utf8.count)
  }

  @Test
  func `a folder's images are listed, examined, and once more where bad ones are left out`()
    throws
  {
    for index in 0..<20 {
      let path = "images/\(["cat", "dog"][index % 2])/\(index).png"
      let url = URL(fileURLWithPath: tables.folder.file(path))
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(png(2, 2, [1, 2, 3, UInt8(index)])).write(to: url)
    }
    let folder = tables.folder.file("images")
    let examined = Told(
      work: .examining, unit: .files, total: 20, sources: ["images"], done: [0, 20])
    for skips in [false, true] {
      let told = try passes([.train: [folder]]) { $0.skipsBadRows = skips }
      #expect(told.count == (skips ? 3 : 2))
      #expect(told[0].work == .listing && told[0].unit == .files && told[0].total == nil)
      #expect(told[0].sources == ["images"] && told[0].done.last == 20)
      for pass in told.dropFirst() {
        var ends = pass
        ends.done = [pass.done.first!, pass.done.last!]
        #expect(ends == examined)
      }
    }
  }

  @Test func `the rows of wide integers are examined for the smallest type`() throws {
    func files(rows: Int, width: Int) throws -> [String] {
      let values = (0..<rows * width).map { Int64($0 % 200) }
      return try [(width, "x.npy"), (1, "y.npy")].map { width, name in
        let bytes = values.prefix(rows * width).withUnsafeBytes { Array($0) }
        return try tables.folder.write(
          npy("<i8", name == "x.npy" ? [rows, width] : [rows], bytes), to: name)
      }
    }
    // A band has 256 rows.
    let told = try passes([.train: try files(rows: 300, width: 2048)])
    #expect(
      told == [
        Told(
          work: .examining, unit: .rows, total: 300, sources: ["x.npy"], done: [0, 256, 300, 300])
      ])
    let drawn = try passes([.train: try files(rows: 400, width: 1)]) {
      $0.stratifies = true
      $0.testFraction = 0.5
    }
    #expect(drawn.map(\.work) == [.splitting, .examining] && drawn[0].total == 400)
  }

  @Test func `arrays are examined for bad rows where these are to be left out`() throws {
    // A band has 256 rows.
    var features = [Float](repeating: 1, count: 300 * 4096)
    features[7] = .nan
    let labels = try tables.folder.write(
      npy("|u1", [300], (0..<300).map { UInt8($0 % 2) }), to: "y.npy")
    let told = try features.withUnsafeBytes { bytes in
      let array = try tables.folder.write(npy("<f4", [300, 4096], Array(bytes)), to: "x.npy")
      return try passes([.train: [array, labels]]) { $0.skipsBadRows = true }
    }
    #expect(
      told == [
        Told(
          work: .examining, unit: .rows, total: 300, sources: ["x.npy"], done: [0, 256, 300, 300])
      ])
  }

  @Test func `what a pipe holds is copied, and nobody knows how much it is`() throws {
    let text = try bytes(of: table("a.csv", rows: 50_000))
    let pipe = Pipe()
    Thread.detachNewThread {
      pipe.fileHandleForWriting.write(Data(text))
      try? pipe.fileHandleForWriting.close()
    }
    let source = "/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    let told = try passes([.train: [source]]) {
      $0.table.targets = ["y"]
      $0.table.imputation = .constant(0)
    }
    #expect(told.map(\.work) == [.copying, .examining, .examining])
    #expect(told[0].total == nil && told[0].done.last == text.count)
    #expect(told[1].total == text.count)
  }

  @Test func `an archive that has to be decompressed tells how far that is`() throws {
    let array = npy("<f4", [2, 2, 300], [UInt8](repeating: 0, count: 4800), fortran: true)
    let features = try tables.folder.write(gzip(array), to: "x.npy.gz")
    let labels = try tables.folder.write(npy("|u1", [2], [0, 1]), to: "y.npy")
    let told = try passes([.train: [features, labels]])
    #expect(told.first?.work == .decompressing)
    #expect(told.first?.total == (try bytes(of: features).count))
  }

  @Test func `a member of an archive that has to be decompressed tells how far that is`() throws {
    let array = npy("<f4", [2, 2, 300], [UInt8](repeating: 0, count: 4800), fortran: true)
    let archive = try tables.folder.write(
      zip([("x.npy", array), ("y.npy", npy("|u1", [2], [0, 1]))]), to: "a.npz")
    let told = try passes([.train: [archive]])
    #expect(told.map(\.work) == [.decompressing])
    #expect(told.first?.sources == ["a.npz (x)"] && told.first?.total == array.count)
  }

  @Test func `a compressed HDF5 file is decompressed, then copied to a file with a name`() throws {
    try SyntheticDataset.writeClasses(to: tables.folder.file("a.h5"), rows: [.train: 50])
    let content = try bytes(of: tables.folder.file("a.h5"))
    let file = try tables.folder.write(gzip(content), to: "a.h5.gz")
    let told = try passes([.train: [file]])
    #expect(told.map(\.work) == [.decompressing, .copying])
    #expect(told.last?.total == content.count)
  }

  @Test func `what is done when all rows were written is told`() throws {
    let file = try tables.write("x,y\n" + (0..<300_000).map { "\($0),\($0 % 3)\n" }.joined())
    let told = try passes([.train: [file]]) {
      $0.table.targets = ["y"]
      $0.shuffle = .none
      $0.storage.compression = .none
      // So little that the hashes of rows go to a file.
      $0.memoryBudget = 64 << 20
    }
    #expect(told.map(\.work).suffix(2) == [.countingOutliers, .searchingDuplicates])
    #expect(told.suffix(2).allSatisfy { $0.total == 300_000 && $0.unit == .rows })
  }
}
