import Datasets
import Glibc
import HDF5
import TestSupport
import Testing

@testable import Conversion

@Suite struct ExporterTests {
  let folder = TemporaryDirectory()

  /// A dataset file of 3 rows in train and 2 in test, of 2 features.
  func writeDataset(types: (features: ElementType, targets: ElementType)) throws {
    let schema = DatasetSchema(
      featureShape: [2], featureType: types.features, targetType: types.targets,
      rows: [.train: 3, .test: 2])
    let writer = try DatasetWriter(path: folder.file("a.h5"), schema: schema)
    let values: [UInt8] = [1, 2, 3, 4, 250, 6]
    for (split, rows) in [(SplitName.test, 2), (.train, 3)] {
      try values.withUnsafeBytes { bytes in
        try writer.append(
          to: split, features: UnsafeRawBufferPointer(rebasing: bytes[..<(2 * rows)]),
          targets: UnsafeRawBufferPointer(rebasing: bytes[..<rows]),
          rowNumbers: Array(0..<rows))
      }
    }
    try writer.finish(
      DatasetInformation(
        classCount: 4, classNames: ["a", "b,c", "\"d\"", "e"], featureNames: ["x", "y z"]))
  }

  func export(
    _ format: ExportFormat, _ output: String, split: SplitName? = nil,
    progress: @escaping (ConversionProgress) -> Void = { _ in }
  ) throws -> ExportSummary {
    var options = ExportOptions(
      source: folder.file("a.h5"), format: format, output: folder.file(output))
    options.split = split
    return try Exporter.export(options, progress: progress)
  }

  @Test func `a text table has the features' and the classes' names`() throws {
    try writeDataset(types: (.uint8, .uint8))
    #expect(try export(.csv, "b.csv", split: .train).rows == 3)
    let text = String(decoding: try bytes(of: folder.file("b.csv")), as: UTF8.self)
    #expect(text == "x,y z,target\n1,2,\"b,c\"\n3,4,\"\"\"d\"\"\"\n250,6,e\n")
  }

  @Test func `arrays beside each other are read as the source they came from`() throws {
    try writeDataset(types: (.uint8, .uint8))
    let summary = try export(.npy, "b.npy", split: .test)
    #expect(summary.outputs == [folder.file("b.npy"), folder.file("b-targets.npy")])
    let source = try NPYSource.open(
      summary.outputs.map { try SourceFile($0) }, for: "test")[0]
    #expect(source.schema.featureShape == [2])
    #expect(source.schema.targetShape == [])
    var rows: [[UInt8]] = []
    try source.read(bandRows: 4) { rows.append(Array($0.features) + Array($0.targets)) }
    #expect(rows == [[1, 2, 3, 4, 1, 2]])
  }

  @Test func `an archive holds all splits, and is read as a source`() throws {
    try writeDataset(types: (.int8, .int8))
    #expect(try export(.npz, "b.npz").rows == 5)
    let file = try SourceFile(folder.file("b.npz"))
    #expect(try NPZArchive(file).names == ["x_train", "y_train", "x_test", "y_test"])
    let options = ConversionOptions(sources: [:], output: "")
    let source = try NPYSource.open(archives: [file], for: .train, options)[0]
    #expect(source.schema.featureType == .int8)
    var rows: [[UInt8]] = []
    try source.read(bandRows: 2) { rows.append(Array($0.features) + Array($0.targets)) }
    #expect(rows == [[1, 2, 3, 4, 1, 2], [250, 6, 3]])
  }

  @Test(arguments: [(ExportFormat.csv, 3), (.npy, 3), (.npz, 5)])
  func `an export tells how many rows are done`(format: ExportFormat, rows: Int) throws {
    try writeDataset(types: (.uint8, .uint8))
    nonisolated(unsafe) var done: [Int] = []
    _ = try export(format, "b", split: rows == 3 ? .train : nil) { progress in
      guard case .pass(let pass) = progress else { return }
      #expect(pass.work == .exporting && pass.unit == .rows && pass.total == rows)
      done.append(pass.done)
    }
    #expect(done == done.sorted() && done.first == 0 && done.last == rows)
  }

  @Test func `what cannot be written is refused and leaves nothing`() throws {
    try writeDataset(types: (.uint8, .uint8))
    let names = try folder.names()
    let several = #expect(throws: ConversionError.self) { try export(.csv, "b.csv") }
    #expect(several?.problem == "has 2 splits")
    let missing = #expect(throws: ConversionError.self) {
      try export(.csv, "b.csv", split: .validation)
    }
    #expect(missing?.description.contains("validation") == true)
    let existing = #expect(throws: ConversionError.self) { try export(.npz, "a.h5") }
    #expect(existing?.problem == "exists already")
    #expect(try folder.names() == names)
  }
}
