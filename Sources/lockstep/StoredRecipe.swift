import Conversion
import Datasets
import Glibc
import HDF5
import Settings
import Training

/// How a table became a dataset, as the dataset and what was trained on it remember it.
enum StoredRecipe {
  /// That of a dataset file, a checkpoint or a run.
  /// - Throws: `UsageError` where nothing of the kind was stored.
  static func find(_ path: String) throws -> TableRecipe {
    var status = stat()
    let isFile = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    if isFile, try FileKind(of: File(opening: path)) == .dataset {
      let dataset = try Datasets.Dataset(path: path)
      return try recipe(dataset.information.preprocessing, dataset.normalization, path: path)
    }
    let model = try RunDirectory.find(path).checkpoint.model
    return try recipe(model.preprocessing, model.normalization, path: path)
  }

  /// - Parameter path: of the file that says so, for messages.
  static func recipe(
    _ preprocessing: SettingValue?, _ normalization: Normalization, path: String
  ) throws -> TableRecipe {
    guard let preprocessing else {
      throw UsageError(
        "\(path) was not made of a text table: it does not say what to do to the columns of another"
      )
    }
    return TableRecipe(
      preprocessing: try Preprocessing(settings: preprocessing, path: "\(path): preprocessing"),
      normalization: normalization)
  }
}
