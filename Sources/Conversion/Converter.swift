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
    let progress = ProgressReporter(progress)
    let work = options.isResumable ? try WorkingFolder(options, progress) : nil
    defer { work?.remove() }
    return try convert(options, keepingIn: work, progress)
  }

  private static func convert(
    _ options: ConversionOptions, keepingIn work: WorkingFolder?, _ progress: ProgressReporter
  ) throws(ConversionError) -> ConversionSummary {
    let files = try SourceFile.open(options.sources, keepingIn: work, progress)
    let sources = try Sources(files, options, presumes: true, keepingIn: work, progress)
    do throws(ConversionError) {
      return try convert(sources, options, keepingIn: work, progress)
    } catch {
      guard sources.set.presumedWrongly else { throw error }
    }
    work?.removeRows()
    return try convert(
      Sources(files, options, presumes: false, keepingIn: work, progress), options,
      keepingIn: work, progress)
  }

  private static func convert(
    _ sources: Sources, _ options: ConversionOptions, keepingIn work: WorkingFolder?,
    _ progress: ProgressReporter
  ) throws(ConversionError) -> ConversionSummary {
    let schema = sources.outputSchema
    let classNames = try sources.classNames(options)
    let output = RowOutput(
      schema: schema, source: sources.schema,
      classCount: classNames?.count ?? sources.schema.classCount, options: options,
      progress: progress)
    try output.write(sources, keepingIn: work)
    try sources.set.conclude()
    let classCount = output.classes?.classCount
    let audit = try Audit(sources, output, options)
    let information = sources.information(
      classCount: classCount, classNames: classNames, audit: audit)
    let fingerprint = try output.finish(information)
    return ConversionSummary(
      output: options.output, byteCount: size(of: options.output), rows: schema.rows,
      featureShape: schema.featureShape, featureType: schema.featureType,
      targetType: sources.targetType,
      targets: classCount.map { .classes($0) } ?? .values(schema.targetShape.reduce(1, *)),
      classNames: classNames, classCounts: output.classes?.result ?? [:],
      compression: output.compression, normalization: information.normalization ?? .none,
      fingerprint: fingerprint,
      notes: (work?.notes ?? []) + sources.notes, skippedRows: sources.set.skipped.count,
      skippedExamples: sources.set.skipped.examples,
      audit: audit)
  }

  private static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}
