import HDF5

/// Where the datasets of one split are.
struct SplitPaths: Equatable {
  var features: String
  /// Nil when only the features are wanted.
  var targets: String?
  var weights: String?
  var numbers: String?
}

extension SplitPaths {
  /// Finds the splits of a file that has Lockstep's layout (groups `train`, `validation` and
  /// `test`) or, without groups, `features` and `targets` at its root, which are then `train`.
  static func standard(
    in file: File, needsTargets: Bool
  ) throws(DatasetError) -> [SplitName: SplitPaths] {
    var found: [SplitName: SplitPaths] = [:]
    for split in SplitName.allCases {
      found[split] = try standard(
        inGroup: "/\(split)", of: file, needsTargets: needsTargets)
    }
    if found.isEmpty {
      found[.train] = try standard(inGroup: "", of: file, needsTargets: needsTargets)
    }
    guard !found.isEmpty else {
      let datasets = try Listing.datasets(of: file)
      throw DatasetError(
        file: file.path,
        problem: datasets.isEmpty
          ? "has no datasets"
          : "has no split; its datasets are \(datasets.joined(separator: ", "))",
        expected: "groups train, validation or test with features"
          + (needsTargets ? " and targets" : ""),
        remedy: datasets.isEmpty
          ? nil
          : "name the datasets to use with --features" + (needsTargets ? " and --targets" : ""))
    }
    return found
  }

  /// Finds the splits of datasets that the user names.
  ///
  /// The words `train`, `validation` (`valid`, `val`, `dev`) and `test` in the paths say which
  /// split the named datasets are; without one they are `train`. The datasets whose paths have
  /// another of the words in its place are the other splits: naming `/x_train` and `/y_train`
  /// also finds `/x_test` and `/y_test`.
  static func named(
    features: String, targets: String?, weights: String?, in file: File
  ) throws(DatasetError) -> [SplitName: SplitPaths] {
    let features = absolute(features)
    let targets = targets.map(absolute)
    let weights = weights.map(absolute)
    let words = (SplitWords.split(of: features), targets.flatMap(SplitWords.split))
    if let first = words.0, let second = words.1, first != second {
      throw DatasetError(
        file: file.path, dataset: targets, problem: "is named as data of \(second)",
        expected: "targets of \(first), as the features \(features) are")
    }
    let split = words.0 ?? words.1 ?? .train
    var found = [split: SplitPaths(features: features, targets: targets, weights: weights)]
    guard words.0 != nil, words.1 != nil || targets == nil else { return found }
    for other in SplitName.allCases where other != split {
      guard let features = try sibling(of: features, for: other, in: file) else { continue }
      let others = try targets.flatMap { path throws(DatasetError) in
        try sibling(of: path, for: other, in: file)
      }
      if targets != nil, others == nil { continue }
      found[other] = SplitPaths(
        features: features, targets: others,
        weights: try weights.flatMap { path throws(DatasetError) in
          try sibling(of: path, for: other, in: file)
        })
    }
    return found
  }

  private static func standard(
    inGroup group: String, of file: File, needsTargets: Bool
  ) throws(DatasetError) -> SplitPaths? {
    func path(_ column: FileFormat.Column) throws(DatasetError) -> String? {
      let path = "\(group)/\(column.rawValue)"
      return try isDataset(path, in: file) ? path : nil
    }
    guard let features = try path(.features) else { return nil }
    guard needsTargets else { return SplitPaths(features: features, numbers: try path(.row)) }
    guard let targets = try path(.targets) else { return nil }
    return SplitPaths(
      features: features, targets: targets, weights: try path(.weights), numbers: try path(.row))
  }

  private static func sibling(
    of path: String, for split: SplitName, in file: File
  ) throws(DatasetError) -> String? {
    for candidate in SplitWords.siblings(of: path, for: split) {
      if try isDataset(candidate, in: file) { return candidate }
    }
    return nil
  }

  /// Whether there is a dataset, or a link to another file that may lead to one: that is refused when
  /// it is opened.
  private static func isDataset(_ path: String, in file: File) throws(DatasetError) -> Bool {
    try DatasetError.converting { () throws(HDF5Error) in
      let kind = try file.kind(of: path)
      return kind == .dataset || kind == .externalLink
    }
  }

  private static func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "/" + path }
}

/// What a file holds, for messages.
private enum Listing {
  /// The datasets of the root and of its groups, the first ten, with their types and shapes.
  static func datasets(of file: File) throws(DatasetError) -> [String] {
    try DatasetError.converting { () throws(HDF5Error) in
      var found: [String] = []
      for name in try file.names() {
        switch try file.kind(of: name) {
        case .dataset:
          found.append(try describe("/" + name, in: file))
        case .group:
          let group = try file.group(name)
          for member in try group.names() where try group.kind(of: member) == .dataset {
            found.append(try describe("/\(name)/\(member)", in: file))
            if found.count > 10 { break }
          }
        default: continue
        }
        if found.count > 10 { return found.prefix(10) + ["…"] }
      }
      return found
    }
  }

  private static func describe(_ path: String, in file: File) throws(HDF5Error) -> String {
    let dataset = try file.dataset(path)
    return "\(path) (\(dataset.storedType) \(try dataset.shape))"
  }
}
