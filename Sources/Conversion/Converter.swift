import Datasets
import Glibc
import HDF5

/// Makes dataset files of sources.
public enum Converter {
  /// Converts, and leaves the output complete or not at all.
  ///
  /// - Parameter progress: called now and then, on the calling thread.
  /// - Throws: `ConversionError` that names the source, the output or the option at fault.
  public static func convert(
    _ options: ConversionOptions,
    progress: @escaping (ConversionProgress) -> Void = { _ in }
  ) throws(ConversionError) -> ConversionSummary {
    try options.check()
    let sources = try Sources(options)
    let plan = try sources.rows(.train).map { rows throws(ConversionError) in
      try SplitPlan(rows: rows, options: options)
    }
    let schema = sources.outputSchema(plan: plan)
    let classNames = try sources.classNames(options)
    let output = try RowOutput(
      schema: schema, source: sources.schema, classNames: classNames, options: options,
      progress: progress)
    for (split, sources) in sources.splits.sorted(by: { $0.key < $1.key }) {
      if split == .train, let plan {
        try output.write(sources, by: plan)
      } else {
        try output.write(sources, to: split)
      }
    }
    let classCount = output.classes?.classCount
    let information = sources.information(classCount: classCount, classNames: classNames)
    let fingerprint = try output.finish(information)
    return ConversionSummary(
      output: options.output, byteCount: size(of: options.output), rows: schema.rows,
      featureShape: schema.featureShape, featureType: schema.featureType,
      targetType: schema.targetType,
      targets: classCount.map { .classes($0) } ?? .values(schema.targetShape.reduce(1, *)),
      classNames: classNames, classCounts: output.classes?.result ?? [:],
      normalization: information.normalization ?? .none, fingerprint: fingerprint,
      notes: sources.notes)
  }

  /// Makes SIGINT and SIGTERM remove the unfinished output and end the process with 130 or 143.
  /// For programs without signal handling of their own.
  public static func removeUnfinishedOutputOnInterrupt() {
    AtomicFile.removeTemporariesOnInterrupt()
  }

  private static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}
