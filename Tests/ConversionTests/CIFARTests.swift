import TestSupport
import Testing

@testable import Conversion

@Suite struct CIFARTests {
  let folder = TemporaryDirectory()

  /// Rows of some labels, whose images are of the row's number.
  static func rows(_ labels: [[UInt8]]) -> [UInt8] {
    labels.enumerated().flatMap { row, labels in
      labels + [UInt8](repeating: UInt8(row), count: CIFARForm.imageBytes)
    }
  }

  func open(_ bytes: [UInt8], targets: String? = nil) throws -> CIFARSource {
    var options = ConversionOptions(sources: [:], output: "")
    options.targets = targets
    return try CIFARSource.open([SourceFile(folder.write(bytes, to: "batch"))], options)[0]
  }

  /// The targets, and the first number of each image.
  func read(_ source: CIFARSource) throws -> [[UInt8]] {
    var rows: [[UInt8]] = []
    try source.read(bandRows: 2) { band in
      for row in 0..<band.rows {
        rows.append([band.targets[row], band.features[row * CIFARForm.imageBytes]])
      }
    }
    return rows
  }

  @Test func `a batch of CIFAR-10 has its classes' names, compressed or not`() throws {
    let batch = Self.rows([[3], [9], [0]])
    for bytes in [batch, gzip(batch)] {
      let source = try open(bytes)
      #expect(try read(source) == [[3, 0], [9, 1], [0, 2]])
      #expect(source.schema.featureShape == [3, 32, 32])
      #expect(source.schema.classNames?[3] == "cat")
    }
  }

  @Test func `of CIFAR-100's labels the fine ones are taken, unless the coarse are asked for`()
    throws
  {
    let batch = Self.rows([[3, 99], [19, 20], [0, 0]])
    #expect(try read(open(batch)) == [[99, 0], [20, 1], [0, 2]])
    #expect(try read(open(batch, targets: "coarse")) == [[3, 0], [19, 1], [0, 2]])
    let error = #expect(throws: ConversionError.self) { try open(batch, targets: "all") }
    #expect(error?.expected == "coarse or fine, which CIFAR-100 has")
  }

  @Test func `what is no whole batch is refused`() throws {
    let short = #expect(throws: ConversionError.self) {
      try open(Self.rows([[3], [1]]).dropLast())
    }
    #expect(short?.problem == "does not have rows as CIFAR's files do")
    let cut = #expect(throws: ConversionError.self) {
      try open(gzip(Self.rows([[3], [1], [2]]).dropLast()))
    }
    #expect(cut?.problem == "ends within a row")
    let bad = #expect(throws: ConversionError.self) {
      try read(open(Self.rows([[3], [1], [2], [10]])))
    }
    #expect(bad?.problem == "has the label 10 in row 3, at byte 9219")
  }
}
