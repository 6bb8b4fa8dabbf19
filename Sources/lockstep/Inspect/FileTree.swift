import HDF5
import Settings

/// Any HDF5 file: its groups, datasets and attributes.
enum FileTree {
  /// Links may lead in circles, and a file may hold millions of objects.
  private static let deepest = 16
  private static let mostObjects = 2_000

  static func inspect(_ file: File) throws -> Inspection {
    var walk = Walk()
    try walk.visit(file.root, depth: 0)
    var members: [String: SettingValue] = [
      "kind": "hdf5", "path": .string(file.path), "bytes": .integer(byteCount(of: file.path)),
      "objects": .array(walk.objects),
    ]
    if walk.isCut { members["isComplete"] = false }
    var paragraphs = [
      "\(file.path): an HDF5 file, \(Numbers.bytes(byteCount(of: file.path)))", walk.table.text,
    ]
    if walk.isCut {
      paragraphs.append(
        "There is more: the first \(mostObjects) objects down to a depth of \(deepest) are shown.")
    }
    paragraphs.append(
      "To train on it, name its datasets: "
        + "lockstep train --data FILE.h5 --features /PATH --targets /PATH --output RUN_DIR")
    return Inspection(paragraphs: paragraphs, members: members)
  }

  private struct Walk {
    var table = Table(["name": .left, "what": .left, "shape": .left, "stored as": .left])
    var objects: [SettingValue] = []
    var isCut = false

    mutating func visit(_ group: Group, depth: Int) throws {
      try add(group.attributes, of: group.path, depth: depth)
      for name in try group.names() {
        guard objects.count < mostObjects, depth < deepest else {
          isCut = true
          return
        }
        let indent = String(repeating: "  ", count: depth)
        let path = (group.path == "/" ? "" : group.path) + "/" + name
        switch try group.kind(of: name) {
        case .group:
          table.add([indent + name + "/", "group", "", ""])
          objects.append(["path": .string(path), "kind": "group"])
          try visit(group.group(name), depth: depth + 1)
        case .dataset:
          do {
            let dataset = try group.dataset(name)
            let stored = try StoredDataset(dataset)
            table.add([indent + name, "\(stored.type)", stored.shapeWords, stored.layoutWords])
            objects.append(
              .object(
                stored.json.members.merging(["kind": "dataset", "path": .string(path)]) { $1 }))
            try add(dataset.attributes, of: path, depth: depth + 1)
          } catch let error as HDF5Error {
            // One dataset that cannot be opened does not hide the others.
            table.add([indent + name, "a dataset", "", error.problem])
            objects.append([
              "path": .string(path), "kind": "dataset", "error": .string(error.problem),
            ])
          }
        case let kind:
          let words = kind?.description ?? "nothing"
          table.add([indent + name, words, "", ""])
          objects.append(["path": .string(path), "kind": .string(words)])
        }
      }
    }

    private mutating func add(_ attributes: Attributes, of path: String, depth: Int) throws {
      for name in try attributes.names() {
        guard objects.count < mostObjects else {
          isCut = true
          return
        }
        let type = try attributes.storedType(of: name)
        let shape = try attributes.shape(of: name)
        let indent = String(repeating: "  ", count: depth)
        var object: [String: SettingValue] = [
          "path": .string("\(path)@\(name)"), "kind": "attribute", "type": .string("\(type)"),
          "shape": .array(shape.map { .integer($0) }),
        ]
        let value = try value(of: name, attributes, type, shape)
        object["value"] = value
        objects.append(.object(object))
        table.add([
          indent + "@" + name, "\(type)", shape.isEmpty ? "single" : Numbers.shape(shape),
          value.map(Self.short) ?? "",
        ])
      }
    }

    /// A value that is small enough to show.
    private func value(
      of name: String, _ attributes: Attributes, _ type: StoredType, _ shape: [Int]
    ) throws -> SettingValue? {
      guard !shape.contains(0) else { return .array([]) }
      // Axes of the largest extent would overflow a plain product.
      guard shape.reduce(1, { $0 > 100 || $1 > 100 ? 101 : $0 * $1 }) <= 100 else { return nil }
      let isSingle = shape.isEmpty
      switch type {
      case .string:
        let strings = try isSingle ? [attributes.string(name)] : attributes.strings(name)
        return isSingle ? .string(strings[0]) : .array(strings.map { .string($0) })
      case .number(let element, _) where element.isFloat:
        let values = try attributes.values(name, as: Double.self)
        return isSingle ? .number(values[0]) : .array(values.map { .number($0) })
      case .number(.uint64, _): return nil
      case .number:
        let values = try attributes.values(name, as: Int.self)
        return isSingle ? .integer(values[0]) : .array(values.map { .integer($0) })
      case .unsupported: return nil
      }
    }

    private static func short(_ value: SettingValue) -> String {
      let text = "= \(value)"
      return text.count <= 60 ? text : String(text.prefix(59)) + "…"
    }
  }
}
