import Datasets
import HDF5
import Settings

/// A dataset file.
struct DatasetInspection {
  private let dataset: Datasets.Dataset
  private let stored: [StoredDataset]
  /// Rows of each class; of the splits that were read.
  private let classCounts: [SplitName: [Int]]
  /// How well training rows are mixed in the file's order, and in the default one.
  private let inOrder: ShuffleQuality?
  private let shuffled: ShuffleQuality?
  /// The splits too large to be read for a look.
  private let unread: [SplitName]

  /// Rows are read, and so checked, where a split has no more bytes than this, or it is asked for.
  private static let mostBytes = 1 << 30
  private static let mostClasses = 100
  /// The default size of a mini-batch.
  private static let batch = 128

  static func inspect(
    _ file: File, _ arguments: Arguments, _ console: Console
  ) throws -> Inspection {
    let inspection = try DatasetInspection(file, arguments, console)
    return Inspection(paragraphs: inspection.paragraphs, members: inspection.members)
  }

  private init(_ file: File, _ arguments: Arguments, _ console: Console) throws {
    dataset = try Datasets.Dataset(
      paths: [file.path], arguments, task: nil, needsTargets: Self.hasTargets(file, arguments))
    stored = try Self.stored(in: file)
    var counts: [SplitName: [Int]] = [:]
    for split in dataset.splits.keys.sorted()
    where arguments.has(Inspect.check) || dataset.residentBytes(split) <= Self.mostBytes {
      try dataset.check(split) { part in
        console.show(ProgressLine.State(title: "checking \(split)", fraction: part, details: []))
      }
      counts[split] = try dataset.classCounts(split)
    }
    console.clearProgress()
    classCounts = counts
    inOrder = try Self.quality(dataset, .none)
    shuffled = try Self.quality(dataset, dataset.defaultGeometry(batch: Self.batch))
    unread = dataset.splits.keys.filter { counts[$0] == nil }.sorted()
  }

  /// Rows for prediction alone have no targets.
  private static func hasTargets(_ file: File, _ arguments: Arguments) throws -> Bool {
    if arguments.has(.features) || arguments.has(.targets) { return true }
    return try (SplitName.allCases.map { "\($0)/targets" } + ["targets"])
      .contains { try file.kind(of: $0) == .dataset }
  }

  private static func quality(
    _ dataset: Datasets.Dataset, _ geometry: ShuffleGeometry
  ) throws -> ShuffleQuality? {
    guard dataset.splits[.train] != nil, dataset.targets.outputs > 0 else { return nil }
    return try dataset.shuffleQuality(geometry: geometry, batch: batch, seed: 0)
  }

  /// The numbers of the file that stand at its root or in one of its groups.
  private static func stored(in file: File) throws -> [StoredDataset] {
    var found: [StoredDataset] = []
    func add(_ name: String, of group: Group) throws {
      guard !name.hasSuffix("_crc32") else { return }
      do {
        found.append(try StoredDataset(group.dataset(name)))
      } catch let error as HDF5Error where error.forbidden != nil {
        // One that the split does not need: others are read all the same.
      }
    }
    for name in try file.names() {
      switch try file.kind(of: name) {
      case .dataset: try add(name, of: file.root)
      case .group:
        let group = try file.group(name)
        for name in try group.names() where try group.kind(of: name) == .dataset {
          try add(name, of: group)
        }
      default: break
      }
    }
    return found
  }

  private var splits: [SplitName] { dataset.splits.keys.sorted() }

  private var paragraphs: [String] {
    let bytes = byteCount(of: dataset.path)
    var facts = Facts()
    facts.add(
      "features",
      "\(Numbers.shape(dataset.featureShape)) \(dataset.featureType), "
        + dataset.normalization.words)
    facts.add("targets", dataset.targets.words)
    facts.add("rows", dataset.splits.words)
    facts.add("source", dataset.information.source)
    facts.add("fingerprint", dataset.fingerprint)
    facts.add("order", order)
    facts.add("checked", checked)
    var paragraphs = [
      "\(dataset.path): a dataset, \(Numbers.bytes(bytes))", facts.text,
      StoredDataset.table(stored),
    ]
    if let balance { paragraphs.append(balance) }
    if let warning = shuffled?.warning(batch: Self.batch) { paragraphs.append(warning) }
    paragraphs += AuditWords(dataset.information.audit)?.paragraphs ?? []
    return paragraphs
  }

  /// How the order of the file is mixed, and what a default run would make of it.
  private var order: String? {
    guard let inOrder else { return nil }
    let geometry = dataset.defaultGeometry(batch: Self.batch)
    let words = "in the file's order \(Self.batch)-row \(inOrder.words); by default "
    return words
      + (shuffled.map { "a \(geometry.words), \($0.words)" } ?? "the shuffle is \(geometry.words)")
  }

  private var checked: String {
    let whole = "every value is finite, every label a class, every checksum holds"
    if unread.isEmpty { return whole }
    let names = unread.map(\.rawValue).joined(separator: ", ")
    return "not \(names): too large to be read for a look (--check reads it)"
      + (unread.count == splits.count ? "" : "; otherwise \(whole)")
  }

  /// The rows of each class in each split.
  private var balance: String? {
    guard case .classes(let count) = dataset.targets, count <= Self.mostClasses else { return nil }
    let splits = splits.filter { classCounts[$0] != nil }
    guard !splits.isEmpty else { return nil }
    var table = Table([.left] + splits.flatMap { _ in [Table.Alignment.right, .right] })
    table.add(["class"] + splits.flatMap { ["\($0)", ""] })
    for label in 0..<count {
      let shares = splits.flatMap { split -> [String] in
        let rows = classCounts[split]![label]
        let share = Double(rows) / Double(dataset.splits[split]!)
        return [Numbers.count(rows), Numbers.fixed(share * 100, 1) + " %"]
      }
      table.add([dataset.classNames.name(label)] + shares)
    }
    return table.text
  }

  private var members: [String: SettingValue] {
    var members: [String: SettingValue] = [
      "kind": "dataset", "path": .string(dataset.path),
      "bytes": .integer(byteCount(of: dataset.path)),
      "fingerprint": .string(dataset.fingerprint),
      "features": [
        "shape": .array(dataset.featureShape.map { .integer($0) }),
        "type": .string("\(dataset.featureType)"),
      ],
      "normalization": dataset.normalization.settings,
      "unevenness": .object(
        ["fileOrder": inOrder, "defaultShuffle": shuffled].compactMapValues {
          $0.map { .number($0.unevenness) }
        }),
      "datasets": .array(stored.map(\.json)),
    ]
    members.merge(dataset.targets.members(names: dataset.classNames)) { $1 }
    members["source"] = dataset.information.source.map { .string($0) }
    members["audit"] = dataset.information.audit
    members["preprocessing"] = dataset.information.preprocessing
    members["featureNames"] = dataset.information.featureNames.map {
      .array($0.map { .string($0) })
    }
    members["splits"] = .object(
      Dictionary(
        uniqueKeysWithValues: dataset.splits.map { split, rows in
          var members: [String: SettingValue] = [
            "rows": .integer(rows), "isChecked": .boolean(classCounts[split] != nil),
          ]
          if let counts = classCounts[split], !counts.isEmpty {
            members["classCounts"] = .array(counts.map { .integer($0) })
          }
          return (split.rawValue, .object(members))
        }))
    return members
  }
}
