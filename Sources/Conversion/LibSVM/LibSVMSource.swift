import Datasets
import HDF5

/// A libsvm (svmlight) file: sparse rows as text, made dense.
final class LibSVMSource: RowSource {
  let path: String
  let rowCount: Int
  let numberCount: Int
  let schema: SourceSchema
  let notes: [String]
  private let file: SourceFile
  private let firstIndex: Int
  /// The class of each label; nil when labels are values.
  private let classes: [Int: UInt32]?

  /// - Parameters:
  ///   - counts: of the file's good rows, and of all.
  ///   - task: what labels are, where their look should not decide.
  init(
    _ file: SourceFile, _ counts: (rows: Int, numbers: Int), _ scan: LibSVMScan, task: Task?
  ) {
    self.file = file
    rowCount = counts.rows
    numberCount = counts.numbers
    path = file.path
    firstIndex = scan.firstIndex
    notes = scan.hasQueries ? ["the query numbers (qid) of its rows are left out"] : []
    let labels = task == .regression ? nil : scan.classes
    classes = labels.map { labels in
      Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, UInt32($0)) })
    }
    // Labels that count from 0 are classes as they are; others (−1 and 1) are their names.
    let isCounted = labels == labels.map { Array($0.indices) }
    schema = SourceSchema(
      featureShape: [scan.width], featureType: .float32, targetShape: [],
      targetType: labels.map { Self.type(classes: $0.count) } ?? .float32,
      classNames: isCounted ? nil : labels?.map(String.init))
  }

  /// Opens the files of all splits: rows are as wide, and labels the same classes, in all of them.
  static func open(
    _ sources: [SplitName: [SourceFile]], _ options: ConversionOptions,
    _ progress: ProgressReporter = ProgressReporter()
  ) throws(ConversionError) -> ArraySet {
    var scan = LibSVMScan(skips: options.skipsBadRows)
    let splits = sources.sorted { $0.key < $1.key }
    let files = splits.flatMap(\.value)
    let pass = PassProgress(.examining, over: files)
    for file in files { try scan.add(file, reportingTo: pass) }
    guard scan.width > 0 else {
      throw ConversionError(
        subject: splits[0].value[0].path, problem: "has no features in any row",
        expected: "index:value pairs")
    }
    var rowCounts = scan.rowCounts.makeIterator()
    var opened: [SplitName: [any RowSource]] = [:]
    for (split, files) in splits {
      opened[split] = files.map {
        LibSVMSource($0, rowCounts.next()!, scan, task: options.table.task)
      }
    }
    return try ArraySet(opened, options, skipped: scan.skipped, progress)
  }

  func read(
    bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let band = DenseBand(
      rows: min(bandRows, rowCount), width: schema.featureWidth, targetType: schema.targetType)
    var first = 0
    try LibSVMScan.forEachLine(of: file) { result, number throws(ConversionError) in
      // What is bad was found, and counted, by the first reading.
      guard case .success(let line) = result else { return }
      guard first + band.rows < rowCount, number < numberCount,
        line.indices.last ?? 0 < schema.featureWidth + firstIndex
      else { throw changed }
      band.append(indices: line.indices, from: firstIndex, values: line.values, number: number)
      if let classes {
        guard let label = Int(exactly: line.label).flatMap({ classes[$0] }) else {
          throw changed
        }
        band.setClass(label)
      } else {
        band.setValue(Float(line.label))
      }
      if band.isFull {
        try body(band.sourceBand(firstRow: first))
        first += band.rows
        band.clear()
      }
    }
    if band.rows > 0 { try body(band.sourceBand(firstRow: first)) }
    guard first + band.rows == rowCount else { throw changed }
  }

  private var changed: ConversionError {
    ConversionError(
      subject: path, problem: "changed while it was read",
      expected: "the \(rowCount) rows that it had")
  }

  /// Whether a file that starts so has rows of libsvm: a number, then pairs.
  static func looksLike(_ start: [UInt8]) -> Bool {
    for line in start.split(separator: 0x0A, maxSplits: 20) {
      let text = line.prefix { $0 != UInt8(ascii: "#") }
      let words = text.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      guard let label = words.first else { continue }
      guard Double(String(decoding: label, as: UTF8.self)) != nil else { return false }
      guard words.count > 1 else { continue }
      let pair = words[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      let parts = pair.map { String(decoding: $0, as: UTF8.self) }
      return parts.count == 2 && (parts[0] == "qid" || UInt64(parts[0]) != nil)
        && Double(parts[1]) != nil
    }
    return false
  }

  private static func type(classes: Int) -> ElementType {
    classes <= 256 ? .uint8 : .uint16
  }
}

/// Rows that are made dense one after another.
private final class DenseBand {
  private let capacity: Int
  private let width: Int
  private let targetType: ElementType
  private let features: UnsafeMutableBufferPointer<Float>
  private let targets: UnsafeMutableRawBufferPointer
  private var numbers: [Int] = []
  var rows: Int { numbers.count }

  init(rows: Int, width: Int, targetType: ElementType) {
    capacity = rows
    self.width = width
    self.targetType = targetType
    features = .allocate(capacity: rows * width)
    features.initialize(repeating: 0)
    targets = .allocate(byteCount: rows * targetType.byteCount, alignment: 64)
  }

  deinit {
    features.deallocate()
    targets.deallocate()
  }

  var isFull: Bool { rows == capacity }

  /// Adds a row; its target is set next.
  func append(indices: [Int], from firstIndex: Int, values: [Float], number: Int) {
    let row = rows * width
    for (index, value) in zip(indices, values) { features[row + index - firstIndex] = value }
    numbers.append(number)
  }

  func setClass(_ label: UInt32) {
    let place = (rows - 1) * targetType.byteCount
    if targetType == .uint8 {
      targets.storeBytes(of: UInt8(label), toByteOffset: place, as: UInt8.self)
    } else {
      targets.storeBytes(of: UInt16(label), toByteOffset: place, as: UInt16.self)
    }
  }

  func setValue(_ value: Float) {
    targets.storeBytes(of: value, toByteOffset: (rows - 1) * 4, as: Float.self)
  }

  func sourceBand(firstRow: Int) -> SourceBand {
    SourceBand(
      firstRow: firstRow, rows: rows,
      features: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: features[..<(rows * width)])),
      targets: UnsafeRawBufferPointer(rebasing: targets[..<(rows * targetType.byteCount)]),
      numbers: numbers, next: RowPlace(row: firstRow + rows))
  }

  func clear() {
    features.update(repeating: 0)
    numbers = []
  }
}
