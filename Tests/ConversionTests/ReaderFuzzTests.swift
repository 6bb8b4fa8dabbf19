import Datasets
import TestSupport
import Testing

@testable import Conversion

/// Damaged files of every format: each is read, or refused with an error.
@Suite struct ReaderFuzzTests {
  let folder = TemporaryDirectory()

  /// Files of a format that go together, and whether the first one is compressed.
  static let samples: [(format: SourceFormat, files: [[UInt8]])] = {
    let values = (0..<60).map(UInt8.init)
    let labels = (0..<10).map { UInt8($0 % 3) }
    let rows = (0..<10).map { "\($0 % 3) 1:\($0).5 4:-1e\($0)\n" }.joined()
    let arrays = [("x.npy", npy("|u1", [10, 6], values)), ("y.npy", npy("|u1", [10], labels))]
    return [
      (.idx, [idx(8, [10, 6], values), idx(8, [10], labels)]),
      (.idx, [gzip(idx(8, [10, 6], values)), idx(8, [10], labels)]),
      (.npy, [npy("<f4", [10, 2], values + values.prefix(20)), npy("|u1", [10], labels)]),
      (.npy, [npy(">i2", [10, 3], values, fortran: true), npy("|u1", [10], labels)]),
      (.npy, [zstandard(npy("|b1", [10, 6], values)), npy("|u1", [10], labels)]),
      (.npz, [try! zip(arrays)]), (.npz, [try! zip(arrays, deflated: false)]),
      (.cifar, [CIFARTests.rows([[3], [9]])]), (.libsvm, [Array(rows.utf8)]),
      (.libsvm, [gzip(Array(rows.utf8))]),
    ]
  }()

  /// A text table and a file of JSON lines, with all that such files may hold.
  static let tables: [[UInt8]] = {
    let table = (0..<40).map { row in
      "\(row).25,\(row % 5 == 0 ? "NA" : "-\(row)e-3"),\"\(["ab", "c,\"\"d"][row % 2])\",\(row % 3)\n"
    }
    let objects = (0..<20).map { row in
      "{\"a\": [\(row), 2.5e\(row)], \"w\": \"\(["x", "y\\u00e9"][row % 2])\", \"y\": \(row % 3)}\n"
    }
    return ["a,b,w,y\n" + table.joined(), objects.joined()].map { Array($0.utf8) }
  }()

  @Test(arguments: samples.indices)
  func `damaged files are read or refused`(sample: Int) throws {
    let (format, files) = Self.samples[sample]
    #expect(try read(format, files) == files.count)
    for number in 0..<200 {
      var random = SeededGenerator(seed: UInt64(sample), case: number)
      var damaged = files
      let index = random.below(files.count)
      damaged[index] = mutated(files[index], &random)
      do {
        _ = try read(format, damaged)
      } catch {
        #expect(error is ConversionError)
      }
    }
  }

  @Test(arguments: tables.indices, [false, true])
  func `damaged tables are converted or refused`(table: Int, skipsBadRows: Bool) throws {
    let tables = Tables()
    for number in 0..<100 {
      var random = SeededGenerator(seed: 1, case: number)
      let path = try tables.folder.write(mutated(Self.tables[table], &random), to: "t")
      do {
        _ = try tables.convert([.train: [path]]) { options in
          options.table.targets = ["y"]
          options.table.imputation = .mean
          options.skipsBadRows = skipsBadRows
        }
      } catch {
        #expect(error is ConversionError)
      }
    }
  }

  /// Reads all rows, as a conversion would.
  /// - Returns: the number of files, if rows came out of them.
  func read(_ format: SourceFormat, _ files: [[UInt8]]) throws -> Int {
    var sources: [SourceFile] = []
    for (index, bytes) in files.enumerated() {
      sources.append(try SourceFile(folder.write(bytes, to: "\(index)")))
    }
    _ = try? SourceFormat.recognize(sources)
    let options = ConversionOptions(sources: [:], output: "")
    let opened = try format.open([.train: sources], options, presumes: false).splits[.train]![0]
    var rows = 0
    try opened.read(bandRows: 4) { band in
      #expect(band.features.count == band.rows * opened.schema.featureBytes)
      #expect(band.targets.count == band.rows * opened.schema.targetBytes)
      rows += band.rows
    }
    #expect(rows == opened.rowCount)
    return files.count
  }
}
