import HDF5
import Settings

/// How a dataset lies in its HDF5 file.
struct StoredDataset {
  let path: String
  let type: StoredType
  let shape: [Int]
  let layout: Layout
  let filters: [Filter]
  let storedBytes: Int

  init(_ dataset: HDF5.Dataset) throws {
    path = dataset.path
    type = dataset.storedType
    shape = try dataset.shape
    layout = dataset.layout
    filters = dataset.filters
    storedBytes = try dataset.storedByteCount
  }

  /// "60,000×28×28"
  var shapeWords: String {
    shape.isEmpty ? "single" : shape.map { Numbers.count($0) }.joined(separator: "×")
  }

  /// "chunks of 167×28×28, shuffle, deflate(4)"
  var layoutWords: String {
    let place =
      switch layout {
      case .compact: "compact"
      case .contiguous: "contiguous"
      case .chunked(let chunk): "chunks of \(Numbers.shape(chunk))"
      case .virtual: "virtual"
      }
    return ([place] + filters.map(\.description)).joined(separator: ", ")
  }

  var json: SettingValue {
    var members: [String: SettingValue] = [
      "path": .string(path), "type": .string("\(type)"),
      "shape": .array(shape.map { .integer($0) }),
      "filters": .array(filters.map { .string($0.description) }),
      "storedBytes": .integer(storedBytes),
    ]
    switch layout {
    case .compact: members["layout"] = "compact"
    case .contiguous: members["layout"] = "contiguous"
    case .virtual: members["layout"] = "virtual"
    case .chunked(let chunk):
      members["layout"] = "chunked"
      members["chunk"] = .array(chunk.map { .integer($0) })
    }
    return .object(members)
  }

  /// Several of them, a line each.
  static func table(_ datasets: [StoredDataset]) -> String {
    var table = Table([
      "dataset": .left, "type": .left, "shape": .left, "stored as": .left, "size": .right,
    ])
    for dataset in datasets {
      table.add([
        dataset.path, "\(dataset.type)", dataset.shapeWords, dataset.layoutWords,
        Numbers.bytes(dataset.storedBytes),
      ])
    }
    return table.text
  }
}
