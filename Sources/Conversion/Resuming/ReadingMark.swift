import Datasets
import HDF5
import Settings

/// How far the rows of all sources were read and kept: reading goes on behind it.
struct ReadingMark {
  /// Types of features and targets as they are stored.
  var featureType: ElementType
  var targetType: ElementType
  /// The source that was being read, among those of all splits in their order; their number at the
  /// end.
  var source = 0
  /// Where in it reading goes on.
  var place = RowPlace()
  /// Rows of all sources that were read.
  var rows = 0
  /// Rows in each piece of the file of each split, in the splits' order.
  var pieces: [[Int]] = []
  /// What was found on the way by the count of classes, by the sources, and of features.
  var classes: SettingValue = .null
  var found: SettingValue = .null
  var features: SettingValue = .null
}

extension ReadingMark {
  var settings: SettingValue {
    [
      "featureType": .string(featureType.rawValue), "targetType": .string(targetType.rawValue),
      "source": .integer(source),
      "row": .integer(place.row), "offset": place.offset.map { .integer($0) } ?? .null,
      "record": .integer(place.record), "rows": .integer(rows),
      "pieces": .array(pieces.map { .array($0.map { .integer($0) }) }), "classes": classes,
      "found": found, "features": features,
    ]
  }

  /// Reads what `settings` wrote; nil for anything else.
  init?(_ settings: SettingValue?) {
    guard case .object(let members) = settings,
      let featureType = Self.type(members["featureType"]),
      let targetType = Self.type(members["targetType"]),
      case .integer(let source) = members["source"], case .integer(let row) = members["row"],
      case .integer(let record) = members["record"], case .integer(let rows) = members["rows"],
      case .array(let pieces) = members["pieces"]
    else { return nil }
    self.init(featureType: featureType, targetType: targetType)
    self.source = source
    place = RowPlace(row: row, record: record)
    if case .integer(let offset) = members["offset"] { place.offset = offset }
    self.rows = rows
    self.pieces = pieces.map(\.integers)
    let numbers = [source, row, record, rows, place.offset ?? 0] + self.pieces.joined()
    guard numbers.allSatisfy({ $0 >= 0 && $0 < 1 << 48 }) else { return nil }
    classes = members["classes"] ?? .null
    found = members["found"] ?? .null
    features = members["features"] ?? .null
  }

  private static func type(_ value: SettingValue?) -> ElementType? {
    guard case .string(let name) = value else { return nil }
    return ElementType(rawValue: name)
  }
}

extension SettingValue {
  /// The integers of an array; empty for anything else.
  var integers: [Int] {
    guard case .array(let values) = self else { return [] }
    return values.compactMap { if case .integer(let value) = $0 { value } else { nil } }
  }
}
