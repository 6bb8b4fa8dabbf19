import Datasets
import HDF5

/// The sources of a conversion, opened, with their targets read and checked.
struct Sources {
  let pairs: [SplitName: [IDXPair]]
  let targets: [SplitName: Targets]
  /// Nil when targets are values.
  let classCount: Int?
  let classNames: [String]?
  let featureShape: [Int]
  let sourceType: ElementType
  /// The smallest type that holds the features exactly: what is stored.
  let featureType: ElementType

  init(_ options: ConversionOptions) throws(ConversionError) {
    var pairs: [SplitName: [IDXPair]] = [:]
    for split in SplitName.allCases {
      let opened = try IDXPair.open(options.sources[split] ?? [], for: split.rawValue)
      if !opened.isEmpty { pairs[split] = opened }
    }
    let all = pairs.sorted { $0.key < $1.key }.flatMap(\.value)
    for pair in all.dropFirst() { try pair.checkLike(all[0]) }
    self.pairs = pairs
    featureShape = all[0].featureShape
    sourceType = all[0].images.header.type
    featureType = try SmallestType.of(all)
    var targets: [SplitName: Targets] = [:]
    for (split, pairs) in pairs { targets[split] = try Targets(pairs) }
    self.targets = targets
    classNames = options.classNames
    classCount = try Self.checkClasses(targets, pairs: pairs, names: options.classNames)
  }

  func rows(_ split: SplitName) -> Int? { pairs[split]?.reduce(0) { $0 + $1.rows } }

  /// What the output is made of.
  func schema(plan: SplitPlan?) -> DatasetSchema {
    var rows = plan?.rows ?? [:]
    for split in pairs.keys where split != .train { rows[split] = self.rows(split)! }
    return DatasetSchema(
      featureShape: featureShape, featureType: featureType,
      targetShape: targets.values.first!.rowShape, targetType: targets.values.first!.type,
      rows: rows)
  }

  var information: DatasetInformation {
    DatasetInformation(
      classCount: classCount, classNames: classNames,
      normalization: .fitting(type: sourceType, rowShape: featureShape),
      source: pairs.sorted { $0.key < $1.key }.map { split, pairs in
        let names = pairs.flatMap { [$0.images.path, $0.labels.path] }
          .map { $0.split(separator: "/").last ?? "" }
        return "\(split): \(names.joined(separator: ", "))"
      }.joined(separator: "; "))
  }

  /// Rows of each class in each split of the output; empty when targets are values.
  func classCounts(plan: SplitPlan?) -> [SplitName: [Int]] {
    guard let classCount else { return [:] }
    var counts: [SplitName: [Int]] = [:]
    for (split, targets) in targets {
      for (row, label) in targets.classes.enumerated() {
        let place = split == .train ? plan!.destination[row] : split
        counts[place, default: Array(repeating: 0, count: classCount)][Int(label)] += 1
      }
    }
    return counts
  }

  /// Classes are those of the names, or of `train`: others cannot be learned.
  private static func checkClasses(
    _ targets: [SplitName: Targets], pairs: [SplitName: [IDXPair]], names: [String]?
  ) throws(ConversionError) -> Int? {
    let isClassification = targets.values.allSatisfy { !$0.classes.isEmpty }
    guard isClassification else {
      guard names == nil else {
        throw ConversionError(
          subject: "class names", problem: "are given for targets that are no classes")
      }
      return nil
    }
    let leading = targets.keys.min()!
    let count = names?.count ?? Int(targets[leading]!.classes.max()!) + 1
    for (split, targets) in targets.sorted(by: { $0.key < $1.key }) {
      try targets.check(
        below: count,
        because: names == nil ? "as the labels of \(leading) have" : "which have names",
        path: pairs[split]!.map(\.labels.path).joined(separator: ", "))
    }
    return count
  }
}
