import Datasets
import HDF5

/// Columns of numbers with a row for each sample, to be read a band of rows at a time.
struct ExportTable {
  struct Column {
    /// As an array is called in an archive: `x_train`.
    var name: String
    /// What is added to an output's name for a file of this array alone; empty for the main one.
    var suffix: String
    var type: ElementType
    /// Without the rows.
    var rowShape: [Int]
    /// What each number of a row is called in a text table.
    var fields: [String]
    /// What the numbers stand for in a text table: the names of classes.
    var words: [String]?

    var width: Int { rowShape.reduce(1, *) }
    var rowBytes: Int { width * type.byteCount }
  }

  let rows: Int
  let columns: [Column]
  /// Reads rows of every column, in the machine's byte order, each into exactly as much memory.
  let read: (Range<Int>, [UnsafeMutableRawBufferPointer]) throws(DatasetError) -> Void

  /// Rows of a band: about 4 MiB.
  private var bandRows: Int { max(1, (4 << 20) / max(1, columns.reduce(0) { $0 + $1.rowBytes })) }

  /// Calls `body` with a band of rows after another: the bytes of each column.
  func forEachBand(
    _ body: (Range<Int>, [UnsafeRawBufferPointer]) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let rowsAtOnce = min(bandRows, rows)
    let memory = columns.map {
      UnsafeMutableRawBufferPointer.allocate(byteCount: rowsAtOnce * $0.rowBytes, alignment: 64)
    }
    defer { for memory in memory { memory.deallocate() } }
    for first in stride(from: 0, to: rows, by: rowsAtOnce) {
      let range = first..<min(first + rowsAtOnce, rows)
      let band = zip(memory, columns).map { memory, column in
        UnsafeMutableRawBufferPointer(rebasing: memory[..<(range.count * column.rowBytes)])
      }
      try read(range, band)
      try body(range, band.map { UnsafeRawBufferPointer($0) })
    }
  }
}

extension ExportTable {
  /// Features and targets of a split, as they are stored.
  init(_ dataset: Datasets.Dataset, split: SplitName) throws(DatasetError) {
    let stored = try dataset.storedRows(split)
    let count = dataset.featureCount
    let width = stored.targetShape.reduce(1, *)
    columns = [
      Column(
        name: "x_\(split)", suffix: "", type: stored.featureType, rowShape: dataset.featureShape,
        fields: dataset.featureNames ?? (0..<count).map { "feature\($0)" }),
      Column(
        name: "y_\(split)", suffix: "-targets", type: stored.targetType,
        rowShape: stored.targetShape,
        fields: width == 1 ? ["target"] : (0..<width).map { "target\($0)" },
        words: stored.targetShape.isEmpty ? dataset.classNames : nil),
    ]
    rows = try dataset.rows(of: split)
    read = { range, memory throws(DatasetError) in
      try stored.read(range, features: memory[0], targets: memory[1])
    }
  }

  /// What `lockstep predict` wrote; nil for any other file.
  init?(predictions file: File) throws(DatasetError) {
    var found: [(name: String, dataset: HDF5.Dataset, shape: [Int])] = []
    for name in ["row", "class", "outputs"] {
      try DatasetError.converting { () throws(HDF5Error) in
        guard try file.kind(of: name) == .dataset else { return }
        let dataset = try file.dataset(name)
        found.append((name, dataset, try dataset.shape))
      }
    }
    guard found.first?.name == "row", let outputs = found.last, outputs.name == "outputs",
      outputs.shape.count == 2,
      found.allSatisfy({ $0.shape.first == outputs.shape[0] && !$0.shape.contains(0) })
    else { return nil }
    let names = try DatasetError.converting { () throws(HDF5Error) in
      try file.attributes.contains("class_names") ? try file.attributes.strings("class_names") : nil
    }
    var columns: [Column] = []
    for (name, dataset, shape) in found {
      guard case .number(let type, _) = dataset.storedType else { return nil }
      let width = shape.dropFirst().reduce(1, *)
      let isOutputs = name == "outputs"
      columns.append(
        Column(
          name: name, suffix: isOutputs ? "" : "-" + name, type: type,
          rowShape: Array(shape.dropFirst()),
          fields: !isOutputs
            ? [name] : names?.count == width ? names! : (0..<width).map { "output\($0)" },
          words: name == "class" ? names : nil))
      try DatasetError.converting { () throws(HDF5Error) in try dataset.checkIsStored() }
    }
    self.columns = columns
    rows = outputs.shape[0]
    let all = found
    read = { range, memory throws(DatasetError) in
      try DatasetError.converting { () throws(HDF5Error) in
        for (column, memory) in zip(all, memory) {
          guard case .number(let type, _) = column.dataset.storedType else { continue }
          try column.dataset.read(Slab(rows: range, of: column.shape), as: type, into: memory)
        }
      }
    }
  }
}
