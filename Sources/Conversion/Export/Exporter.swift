import Datasets
import HDF5

/// Writes the rows of dataset files and of predictions for programs that do not read HDF5.
public enum Exporter {
  /// Writes the files, each of which appears under its name complete or not at all.
  ///
  /// - Parameter progress: called now and then, on the calling thread.
  public static func export(
    _ options: ExportOptions, progress: @escaping (ConversionProgress) -> Void = { _ in }
  ) throws(ConversionError) -> ExportSummary {
    do throws(DatasetError) {
      let tables = try tables(options)
      let rows = tables.reduce(0) { $0 + $1.rows }
      let pass = PassProgress(
        .exporting, in: .rows, total: rows, to: ProgressReporter(progress))
      pass.begin(options.source)
      let outputs =
        switch options.format {
        case .csv: try writeText(try single(tables, options), options, pass)
        case .npy: try writeArrays(try single(tables, options), options, pass)
        case .npz: try writeArchive(tables, options, pass)
        }
      return ExportSummary(outputs: outputs, rows: rows)
    } catch {
      throw ConversionError(error)
    }
  }

  private static func tables(_ options: ExportOptions) throws(DatasetError) -> [ExportTable] {
    if options.features == nil, options.targets == nil {
      let file = try DatasetError.converting { () throws(HDF5Error) in
        try File(opening: options.source)
      }
      if let predictions = try ExportTable(predictions: file) { return [predictions] }
    }
    let dataset = try Datasets.Dataset(
      path: options.source, features: options.features, targets: options.targets)
    let splits = options.split.map { [$0] } ?? dataset.splits.keys.sorted()
    return try splits.map { split throws(DatasetError) in
      try ExportTable(dataset, split: split)
    }
  }

  private static func single(
    _ tables: [ExportTable], _ options: ExportOptions
  ) throws(DatasetError) -> ExportTable {
    guard tables.count == 1 else {
      throw DatasetError(
        file: options.source, problem: "has \(tables.count) splits",
        expected: "one to write as \(options.format.rawValue)",
        remedy: "name it with --split, or write them all with --to npz")
    }
    return tables[0]
  }

  private static func writeText(
    _ table: ExportTable, _ options: ExportOptions, _ pass: PassProgress
  ) throws(DatasetError) -> [String] {
    let file = try AtomicFile(
      target: options.output, replacingExisting: options.replacesExisting)
    let text = TextTable(table.columns)
    try file.write(text.header)
    try table.forEachBand { rows, band throws(DatasetError) in
      try file.write(text.lines(rows: rows.count, band))
      pass.advance(to: rows.upperBound)
    }
    try file.commit()
    return [options.output]
  }

  private static func writeArrays(
    _ table: ExportTable, _ options: ExportOptions, _ pass: PassProgress
  ) throws(DatasetError) -> [String] {
    var files: [AtomicFile] = []
    for column in table.columns {
      let file = try AtomicFile(
        target: name(options.output, column.suffix), replacingExisting: options.replacesExisting)
      let header = NPYHeader.bytes(type: column.type, shape: [table.rows] + column.rowShape)
      try header.withUnsafeBufferPointer { header throws(DatasetError) in
        try file.write(UnsafeRawBufferPointer(header))
      }
      files.append(file)
    }
    try table.forEachBand { rows, band throws(DatasetError) in
      for (file, bytes) in zip(files, band) { try file.write(bytes) }
      pass.advance(to: rows.upperBound)
    }
    for file in files { try file.commit() }
    return files.map(\.target).sorted {
      ($0 == options.output ? 0 : 1) < ($1 == options.output ? 0 : 1)
    }
  }

  /// "x.npy" and "-targets" make "x-targets.npy".
  private static func name(_ output: String, _ suffix: String) -> String {
    let ending = ".npy"
    guard output.hasSuffix(ending) else { return output + suffix }
    return output.dropLast(ending.count) + suffix + ending
  }

  private static func writeArchive(
    _ tables: [ExportTable], _ options: ExportOptions, _ pass: PassProgress
  ) throws(DatasetError) -> [String] {
    let file = try AtomicFile(
      target: options.output, replacingExisting: options.replacesExisting)
    let archive = StoredZip(file)
    for table in tables {
      for (index, column) in table.columns.enumerated() {
        let header = NPYHeader.bytes(type: column.type, shape: [table.rows] + column.rowShape)
        try archive.add(
          column.name + ".npy", byteCount: header.count + table.rows * column.rowBytes
        ) { write throws(DatasetError) in
          try header.withUnsafeBufferPointer { header throws(DatasetError) in
            try write(UnsafeRawBufferPointer(header))
          }
          try table.forEachBand { rows, band throws(DatasetError) in
            try write(band[index])
            // A row is done when all its columns are.
            pass.advance(to: (index * table.rows + rows.upperBound) / table.columns.count)
          }
        }
      }
      pass.end(at: table.rows)
    }
    try archive.finish()
    try file.commit()
    return [options.output]
  }
}
