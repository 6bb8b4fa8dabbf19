import Datasets
import TestSupport

extension TemporaryDirectory {
  /// Classified points with sample weights and a validation split; written once.
  func points(
    _ name: String = "classes.h5", train: Int = 301, validation: Int = 67, features: Int = 7,
    seed: UInt64 = 1
  ) throws -> Dataset {
    if try !names().contains(name) {
      try SyntheticDataset.writeClasses(
        to: file(name), rows: [.train: train, .validation: validation], features: features,
        weighted: true, seed: seed)
    }
    return try Dataset(path: file(name))
  }
}
