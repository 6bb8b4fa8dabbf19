import HDF5
import Kernels

/// A dataset file, opened and checked: everything about it but the rows, which `load` reads.
///
/// The file stays open, so that it is the same file from beginning to end, also when another is
/// given its name meanwhile.
public final class Dataset: Sendable {
  /// The first file's path.
  public let path: String
  /// The files' paths, in the order of their rows.
  public let paths: [String]
  /// The splits the file has, with the rows of each.
  public let splits: [SplitName: Int]
  /// A row's shape, without the rows.
  public let featureShape: [Int]
  /// The stored type of the features.
  public let featureType: ElementType
  public let targets: TargetSchema
  public let information: DatasetInformation
  /// The same for the same rows in the same order, however they are stored. For files that others
  /// made: of shapes, types and a fixed sample of the rows.
  public let fingerprint: String

  /// The datasets to use, where the files were opened by naming them.
  package let named: (features: String?, targets: String?, weights: String?)

  /// What each file has of each split.
  let parts: [SplitName: [SplitColumns]]
  let targetForm: TargetForm

  /// Opens a dataset file, of Lockstep's layout or any other; see `init(paths:)`.
  public convenience init(
    path: String, features: String? = nil, targets: String? = nil, weights: String? = nil,
    task: Task? = nil, needsTargets: Bool = true, allowing permissions: Permissions = []
  ) throws(DatasetError) {
    try self.init(
      paths: [path], features: features, targets: targets, weights: weights, task: task,
      needsTargets: needsTargets, allowing: permissions)
  }

  /// Opens files as one dataset, of Lockstep's layout or any other: each split has the rows of the
  /// first file, then those of the second, and so on. What files say besides (class names,
  /// normalisation) is taken from the first.
  ///
  /// - Parameters:
  ///   - paths: at least one.
  ///   - features: the dataset to use, if the file does not have Lockstep's layout: `/x_train`.
  ///     The words train, validation and test in the paths tell the splits apart: naming the
  ///     datasets of one finds the others too. Without such a word they are `train`.
  ///   - task: what targets are, where their type (integers: classes, floats: values) does not
  ///     say what they mean.
  ///   - needsTargets: false for the features alone, as for prediction: targets and weights may be
  ///     missing, and are not read.
  ///   - permissions: what the files may lead to beyond themselves.
  /// - Throws: `DatasetError` for a file that cannot be read, or whose datasets do not fit
  ///   together.
  public convenience init(
    paths: [String], features: String? = nil, targets: String? = nil, weights: String? = nil,
    task: Task? = nil, needsTargets: Bool = true, allowing permissions: Permissions = []
  ) throws(DatasetError) {
    try self.init(
      paths: paths, features: features, targets: targets, weights: weights, task: task,
      needsTargets: needsTargets, readsLabels: true, allowing: permissions)
  }

  /// Opens files as `init(paths:)` does.
  ///
  /// - Parameter readsLabels: false where whoever reads the rows looks at their labels: classes that
  ///   the files do not count are then as many as there can be.
  package init(
    paths: [String], features: String?, targets: String?, weights: String?, task: Task? = nil,
    needsTargets: Bool = true, readsLabels: Bool, allowing permissions: Permissions = []
  ) throws(DatasetError) {
    precondition(!paths.isEmpty, "a dataset has a file")
    path = paths[0]
    self.paths = paths
    named = (features, targets, weights)
    let files = try DatasetError.converting { () throws(HDF5Error) in
      try paths.map { path throws(HDF5Error) in try File(opening: path, allowing: permissions) }
    }
    var information = try Self.information(of: files)
    var parts: [SplitName: [SplitColumns]] = [:]
    for file in files {
      let columns = try Self.columns(
        in: file, features: features, targets: targets, weights: weights,
        needsTargets: needsTargets)
      for (split, columns) in columns { parts[split, default: []].append(columns) }
    }
    self.parts = parts
    splits = parts.mapValues { $0.map(\.rows).reduce(0, +) }
    let leading = parts.min { $0.key < $1.key }!.value
    featureShape = leading[0].features.rowShape
    featureType = leading[0].features.type
    let form = try leading[0].targets?.targetForm(task: task) ?? .values
    targetForm = form
    try Self.checkAlike(parts, leading[0])
    if targetForm == .values {
      self.targets = .values(leading[0].targets?.width ?? 0)
      information.classCount = nil
    } else {
      // Names say how many classes there are; a stored number that differs is refused below.
      let known = information.classNames?.count ?? information.classCount
      let count =
        if let known {
          known
        } else if form == .index, !readsLabels {
          TargetSchema.mostClasses
        } else {
          try leading.compactMap(\.targets).map { column throws(DatasetError) in
            try column.classCount(form: form)
          }.max()!
        }
      self.targets = .classes(count)
      information.classCount = information.classCount ?? count
    }
    if information.normalization == nil {
      information.normalization = .fitting(type: featureType, rowShape: featureShape)
    }
    self.information = information
    fingerprint = try Self.fingerprint(of: files, parts)
    try checkInformation()
  }

  /// The rows of a split.
  /// - Throws: `DatasetError` where the file has no such split.
  public func rows(of split: SplitName) throws(DatasetError) -> Int {
    try columns(of: split).map(\.rows).reduce(0, +)
  }

  /// The paths of the files besides that rows lie in, where that is allowed: of external storage, and
  /// of what views show.
  public var otherPaths: [String] {
    let columns = parts.values.joined().flatMap { [$0.features, $0.targets, $0.weights] }
    return Set(columns.compactMap(\.self).flatMap(\.elsewhere).map(\.file.path)).sorted()
  }

  /// Numbers in a row of features.
  public var featureCount: Int { featureShape.reduce(1, *) }

  public var normalization: Normalization { information.normalization ?? .none }

  public var classNames: [String]? { information.classNames }

  public var featureNames: [String]? { information.featureNames }

  /// Where the rows came from, in words.
  public var source: String? { information.source }

  /// The shuffle that suits this data and batch size: configuration, to be stored with a run.
  public func defaultGeometry(batch: Int) -> ShuffleGeometry {
    ShuffleGeometry.defaults(
      rows: splits[.train] ?? 0, rowBytes: featureCount * featureType.byteCount,
      chunkRows: parts[.train]?[0].features.chunkRows, batch: batch)
  }

  /// The window that suits this data and batch size, whatever its size.
  public func defaultWindow(batch: Int) -> ShuffleGeometry {
    ShuffleGeometry.defaultWindow(
      rowBytes: featureCount * featureType.byteCount,
      chunkRows: parts[.train]?[0].features.chunkRows, batch: batch)
  }

  private static func columns(
    in file: File, features: String?, targets: String?, weights: String?, needsTargets: Bool
  ) throws(DatasetError) -> [SplitName: SplitColumns] {
    let paths: [SplitName: SplitPaths]
    switch (features, targets) {
    case (let features?, _) where !needsTargets:
      paths = try SplitPaths.named(features: features, targets: nil, weights: nil, in: file)
    case (nil, nil):
      guard weights == nil else {
        throw DatasetError(
          file: file.path, problem: "is to be read with weights that are named alone",
          expected: "--features and --targets with them")
      }
      paths = try SplitPaths.standard(in: file, needsTargets: needsTargets)
    case (let features?, let targets?):
      paths = try SplitPaths.named(
        features: features, targets: targets, weights: weights, in: file)
    default:
      throw DatasetError(
        file: file.path,
        problem: "is to be read with \(features == nil ? "targets" : "features") named alone",
        expected: "both --features and --targets, or neither")
    }
    var columns: [SplitName: SplitColumns] = [:]
    for (split, paths) in paths { columns[split] = try SplitColumns(paths, in: file) }
    return columns
  }

  private static func information(of files: [File]) throws(DatasetError) -> DatasetInformation {
    var first: DatasetInformation?
    for file in files {
      let isOwn = try FileFormat.isOwn(file)
      let information =
        isOwn ? try DatasetInformation(own: file) : try DatasetInformation(other: file)
      if let names = first?.classNames, let others = information.classNames, names != others {
        throw DatasetError(
          file: file.path, dataset: "/@" + FileFormat.Attribute.classNames,
          problem: "has other class names than \(files[0].path)",
          expected: names.joined(separator: ", "))
      }
      first = first ?? information
    }
    return first!
  }

  /// Of several files: of their fingerprints, in order.
  private static func fingerprint(
    of files: [File], _ parts: [SplitName: [SplitColumns]]
  ) throws(DatasetError) -> String {
    var fingerprints: [String] = []
    for file in files {
      let stored = try FileFormat.isOwn(file) ? FileFormat.fingerprint(of: file) : nil
      let own = parts.compactMapValues { $0.first { $0.features.file === file } }
      let found = if let stored { stored } else { try SplitColumns.sampleFingerprint(of: own) }
      fingerprints.append(found)
    }
    if fingerprints.count == 1 { return fingerprints[0] }
    let digest = Fingerprint()
    for fingerprint in fingerprints { digest.add(fingerprint + "\n") }
    return "files-sha256:" + digest.finish()
  }

  /// Checks that all splits have rows of one kind, and all parts of a split the same columns.
  private static func checkAlike(
    _ parts: [SplitName: [SplitColumns]], _ leading: SplitColumns
  ) throws(DatasetError) {
    for columns in parts.values {
      let rows = columns.map(\.rows).reduce(0, +)
      guard rows <= Int(Int32.max) else {
        throw columns[0].features.error(
          "and its other files have \(rows) rows", expected: "at most \(Int32.max)")
      }
      for other in columns.dropFirst() { try other.checkSameColumns(as: columns[0]) }
    }
    for other in parts.values.joined() {
      for (found, wanted) in [
        (other.features, leading.features), (other.targets, leading.targets),
      ] {
        guard let found, let wanted, found.rowShape != wanted.rowShape else { continue }
        throw found.error(
          "has rows of shape \(found.rowShape)",
          expected: "\(wanted.rowShape), as \(wanted.path) has")
      }
    }
  }

  private func checkInformation() throws(DatasetError) {
    func error(_ name: String, _ count: Int, _ expected: String) -> DatasetError {
      DatasetError(
        file: path, dataset: "/@" + name, problem: "has \(count) values", expected: expected)
    }
    if case .classes(let count) = targets, information.classCount != count {
      throw error(
        FileFormat.Attribute.classNames, count,
        "\(information.classCount ?? 0), as /@\(FileFormat.Attribute.classes) says")
    }
    if targetForm == .oneHot, let width = parts.values.first![0].targets?.width,
      targets.outputs != width
    {
      throw error(
        FileFormat.Attribute.classNames, targets.outputs,
        "\(width), one for each column of the targets")
    }
    if let names = information.featureNames, names.count != featureCount {
      throw error(
        FileFormat.Attribute.featureNames, names.count, "\(featureCount), one for each feature")
    }
    if case .perFeature(let scale, _) = normalization, !normalization.fits(features: featureCount) {
      throw error(
        FileFormat.Attribute.scale, scale.count, "\(featureCount), one for each feature")
    }
  }
}
