import Datasets

extension NPYSource {
  /// Opens archives that hold features and targets of a split, by the names that the options give
  /// or else by usual ones.
  static func open(
    archives files: [SourceFile], for split: SplitName, _ options: ConversionOptions
  ) throws(ConversionError) -> [NPYSource] {
    var sources: [NPYSource] = []
    for file in files {
      let archive = try NPZArchive(file)
      let names = try names(
        in: archive, split: split, features: options.features, targets: options.targets)
      sources.append(
        try NPYSource(
          features: archive.array(names.features), targets: archive.array(names.targets),
          files: [file.path]))
    }
    return sources
  }

  private static func names(
    in archive: NPZArchive, split: SplitName, features: String?, targets: String?
  ) throws(ConversionError) -> (features: String, targets: String) {
    if let features, let targets { return (features, targets) }
    let usual = usualNames(split)
    let found = usual.first { pair in
      archive.has(features ?? pair.features) && archive.has(targets ?? pair.targets)
    }
    guard let found else {
      throw ConversionError(
        subject: archive.path,
        problem: "does not say by usual names what are features and targets of \(split)",
        expected: "x_\(split) and y_\(split), or x and y; it has \(archive.list)",
        remedy: "name the arrays by --features NAME --targets NAME")
    }
    return (features ?? found.features, targets ?? found.targets)
  }

  /// Names by which arrays of a split go, those of Keras and MedMNIST first.
  private static func usualNames(_ split: SplitName) -> [(features: String, targets: String)] {
    let words =
      switch split {
      case .train: ["train"]
      case .validation: ["validation", "valid", "val"]
      case .test: ["test"]
      }
    return words.flatMap { word in
      [
        ("x_\(word)", "y_\(word)"), ("X_\(word)", "y_\(word)"),
        ("\(word)_images", "\(word)_labels"),
      ]
    } + [
      ("x", "y"), ("X", "y"), ("data", "target"), ("data", "targets"), ("data", "labels"),
      ("features", "targets"), ("features", "labels"), ("images", "labels"),
    ]
  }
}
