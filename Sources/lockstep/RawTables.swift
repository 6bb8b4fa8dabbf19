import Conversion
import Datasets
import Glibc
import Training

/// Text tables given where a dataset file belongs: made into one for as long as it is needed.
struct RawTables {
  private let file: AtomicFile
  private let rows: Int
  private let names: [String]

  /// The dataset file. It is gone when this is removed, and when the process is interrupted.
  var path: String { file.temporaryPath }

  /// "scores.csv: 120 rows of a table"
  var summary: String {
    "\(names.joined(separator: ", ")): \(Numbers.count(rows, "row")) of a table, prepared as the "
      + "data that was learned from"
  }

  /// - Parameters:
  ///   - split: that the rows are to be.
  ///   - output: beside which there is room for them.
  /// - Returns: nil where the files are HDF5, or the model knows nothing of tables.
  init?(
    _ paths: [String], for trained: TrainedModel, split: SplitName, besides output: String
  ) throws {
    guard trained.model.preprocessing != nil, !paths.contains(where: Self.isHDF5) else {
      return nil
    }
    let recipe = try StoredRecipe.recipe(
      trained.model.preprocessing, trained.model.normalization, path: trained.path)
    file = try AtomicFile(target: output + ".rows", replacingExisting: true)
    names = paths
    var options = ConversionOptions(sources: [split: paths], output: file.temporaryPath)
    options.like = recipe
    options.readsTargets = false
    options.shuffle = .none
    options.storage.compression = .none
    options.searchesDuplicates = false
    options.isResumable = false
    do {
      rows = try Converter.convert(options).rows[split] ?? 0
    } catch {
      file.cancel()
      throw error
    }
  }

  func remove() { file.cancel() }

  private static func isHDF5(_ path: String) -> Bool {
    guard let file = fopen(path, "rb") else { return true }
    defer { fclose(file) }
    var start = [UInt8](repeating: 0, count: 8)
    return fread(&start, 1, 8, file) == 8
      && start == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
  }
}
