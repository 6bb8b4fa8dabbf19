import HDF5
import Settings

/// A file of predictions that `lockstep predict` wrote.
enum PredictionsInspection {
  static func inspect(_ file: File) throws -> Inspection {
    let stored = try ["outputs", "class", "row"].filter { try file.kind(of: $0) == .dataset }
      .map { try StoredDataset(file.dataset($0)) }
    let shape = stored[0].shape
    guard shape.count == 2, stored.allSatisfy({ $0.shape.first == shape[0] }) else {
      return try FileTree.inspect(file)
    }
    var names: [String]?
    if try file.attributes.contains("class_names") {
      names = try file.attributes.strings("class_names")
    }
    var paragraphs = [
      "\(file.path): predictions for \(Numbers.count(shape[0], "row")), "
        + "\(Numbers.count(shape[1], "output")) each, \(Numbers.bytes(byteCount(of: file.path)))",
      StoredDataset.table(stored),
    ]
    var members: [String: SettingValue] = [
      "kind": "predictions", "path": .string(file.path),
      "bytes": .integer(byteCount(of: file.path)), "rows": .integer(shape[0]),
      "outputs": .integer(shape[1]), "datasets": .array(stored.map(\.json)),
    ]
    members["classNames"] = names.map { .array($0.map { .string($0) }) }
    if stored.count == 3 {
      let counts = try countClasses(file.dataset("class"))
      var table = Table(["predicted class": .left, "rows": .right])
      for (label, count) in counts.sorted(by: { $0.key < $1.key }).prefix(100) {
        table.add([names.name(label), Numbers.count(count)])
      }
      paragraphs.append(table.text)
      members["classCounts"] = .object(
        Dictionary(uniqueKeysWithValues: counts.map { ("\($0.key)", .integer($0.value)) }))
    }
    return Inspection(paragraphs: paragraphs, members: members)
  }

  private static func countClasses(_ classes: HDF5.Dataset) throws -> [Int: Int] {
    let shape = try classes.shape
    try classes.checkIsStored()
    var counts: [Int: Int] = [:]
    for start in stride(from: 0, to: shape[0], by: 1 << 20) {
      let rows = start..<min(start + 1 << 20, shape[0])
      for label in try classes.values(Slab(rows: rows, of: shape), as: Int.self) {
        counts[label, default: 0] += 1
      }
    }
    return counts
  }
}
