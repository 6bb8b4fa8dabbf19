import Datasets
import Kernels

/// Where predictions go: a file that appears under its name when it is finished.
protocol PredictionWriter {
  /// Appends rows.
  ///
  /// - Parameters:
  ///   - numbers: the rows' numbers in their source.
  ///   - classes: the predicted classes; nil for a regression.
  ///   - outputs: (rows, outputs): of a classifier, probabilities.
  func append(numbers: [Int64], classes: [Int32]?, outputs: FloatView) throws
  func finish() throws
}

/// A writer of the kind that the output's name asks for.
/// - Throws: `TrainingError.unfit` for a name of neither kind.
func predictionWriter(
  for output: String, model: Model, rows: Int, replacingExisting: Bool
) throws -> any PredictionWriter {
  if output.hasSuffix(".csv") {
    return try CSVPredictionWriter(
      output, model: model, replacingExisting: replacingExisting)
  }
  if output.hasSuffix(".h5") || output.hasSuffix(".hdf5") {
    return try HDF5PredictionWriter(
      output, model: model, rows: rows, replacingExisting: replacingExisting)
  }
  throw TrainingError.unfit(
    setting: "output", problem: "is \(output); expected a name that ends in .h5, .hdf5 or .csv")
}
