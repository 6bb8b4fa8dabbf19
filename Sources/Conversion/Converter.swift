import Datasets

/// Makes dataset files of sources.
public enum Converter {
  /// Converts, and leaves the output complete or not at all.
  ///
  /// - Parameter progress: called now and then, on the calling thread.
  /// - Throws: `ConversionError` that names the source, the output or the option at fault.
  public static func convert(
    _ options: ConversionOptions, progress: (ConversionProgress) -> Void = { _ in }
  ) throws(ConversionError) -> ConversionSummary {
    fatalError("not yet written")
  }
}
