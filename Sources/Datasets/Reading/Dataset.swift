import HDF5
import Kernels

/// A dataset file, opened and checked: everything about it but the rows, which `load` reads.
///
/// The file stays open, so that it is the same file from beginning to end, also when another is
/// given its name meanwhile.
public final class Dataset: Sendable {
  public let path: String
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

  let file: File
  let columns: [SplitName: SplitColumns]
  let targetForm: TargetForm

  /// Opens a dataset file, of Lockstep's layout or any other.
  ///
  /// - Parameters:
  ///   - features: the dataset to use, if the file does not have Lockstep's layout: `/x_train`.
  ///     The words train, validation and test in the paths tell the splits apart: naming the
  ///     datasets of one finds the others too. Without such a word they are `train`.
  ///   - task: what targets are, where their type (integers: classes, floats: values) does not
  ///     say what they mean.
  /// - Throws: `DatasetError` for a file that cannot be read, or whose datasets do not fit
  ///   together.
  public init(
    path: String, features: String? = nil, targets: String? = nil, weights: String? = nil,
    task: Task? = nil
  ) throws(DatasetError) {
    self.path = path
    let file = try DatasetError.converting { () throws(HDF5Error) in try File(opening: path) }
    self.file = file
    let isOwn = try FileFormat.isOwn(file)
    var information =
      isOwn ? try DatasetInformation(own: file) : try DatasetInformation(other: file)
    columns = try Self.columns(in: file, features: features, targets: targets, weights: weights)
    splits = columns.mapValues(\.rows)
    let leading = columns.min { $0.key < $1.key }!
    featureShape = leading.value.features.rowShape
    featureType = leading.value.features.type
    targetForm = try leading.value.targetForm(task: task)
    try Self.checkAlike(columns, leading.value)
    if targetForm == .values {
      self.targets = .values(leading.value.targets.width)
      information.classCount = nil
    } else {
      // Names say how many classes there are; a stored number that differs is refused below.
      let known = information.classNames?.count ?? information.classCount
      let count =
        if let known { known } else {
          try leading.value.classCount(form: targetForm)
        }
      self.targets = .classes(count)
      information.classCount = information.classCount ?? count
    }
    if information.normalization == nil {
      information.normalization = .fitting(type: featureType, rowShape: featureShape)
    }
    self.information = information
    let stored = isOwn ? try FileFormat.fingerprint(of: file) : nil
    fingerprint =
      if let stored { stored } else {
        try SplitColumns.sampleFingerprint(of: columns)
      }
    try checkInformation()
  }

  /// The rows of a split.
  /// - Throws: `DatasetError` where the file has no such split.
  public func rows(of split: SplitName) throws(DatasetError) -> Int {
    try columns(of: split).rows
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
      chunkRows: columns[.train]?.features.chunkRows, batch: batch)
  }

  /// The window that suits this data and batch size, whatever its size.
  public func defaultWindow(batch: Int) -> ShuffleGeometry {
    ShuffleGeometry.defaultWindow(
      rowBytes: featureCount * featureType.byteCount,
      chunkRows: columns[.train]?.features.chunkRows, batch: batch)
  }

  private static func columns(
    in file: File, features: String?, targets: String?, weights: String?
  ) throws(DatasetError) -> [SplitName: SplitColumns] {
    let paths: [SplitName: SplitPaths]
    switch (features, targets) {
    case (nil, nil):
      guard weights == nil else {
        throw DatasetError(
          file: file.path, problem: "is to be read with weights that are named alone",
          expected: "--features and --targets with them")
      }
      paths = try SplitPaths.standard(in: file)
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

  /// Checks that all splits have rows of one kind.
  private static func checkAlike(
    _ columns: [SplitName: SplitColumns], _ leading: SplitColumns
  ) throws(DatasetError) {
    for other in columns.values {
      for (found, wanted) in [
        (other.features, leading.features), (other.targets, leading.targets),
      ] where found.rowShape != wanted.rowShape {
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
    if targetForm == .oneHot, targets.outputs != columns.values.first!.targets.width {
      throw error(
        FileFormat.Attribute.classNames, targets.outputs,
        "\(columns.values.first!.targets.width), one for each column of the targets")
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
