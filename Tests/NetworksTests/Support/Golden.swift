import Foundation
import Settings

/// What PyTorch gave, recorded by `Tests/Golden/networks.py`.
enum Golden {
  /// The recorded cases of one part: `losses`.
  static func cases(_ part: String) throws -> [GoldenCase] {
    guard case .object(let parts) = try recorded.get(), case .array(let cases) = parts[part] else {
      throw SettingsError(path: file.path, problem: "has no \(part)")
    }
    return try cases.map { try GoldenCase($0) }
  }

  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Golden/networks.json")
  private static let recorded = Result {
    try SettingValue(json5: try Data(contentsOf: file), source: file.path)
  }
}

/// One recorded case: named numbers, and the settings that they belong to.
struct GoldenCase: CustomStringConvertible {
  private let members: [String: SettingValue]
  let description: String

  init(_ value: SettingValue) throws {
    guard case .object(let members) = value else {
      throw SettingsError(path: "golden", problem: "a case that is no object")
    }
    self.members = members
    description = members["settings"]?.json() ?? ""
  }

  var settings: SettingValue { members["settings"]! }

  func number(_ key: String) -> Double? { members[key]?.double }
  func integer(_ key: String) -> Int { Int(members[key]!.double!) }
  func numbers(_ key: String) -> [Double]? { members[key]?.doubles }
  func floats(_ key: String) -> [Float]? { numbers(key)?.map { Float($0) } }

  func rows(_ key: String) -> [[Double]] {
    guard case .array(let rows) = members[key] else { return [] }
    return rows.compactMap(\.doubles)
  }
}

extension SettingValue {
  fileprivate var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  fileprivate var doubles: [Double]? {
    guard case .array(let values) = self else { return nil }
    return values.compactMap(\.double)
  }
}

extension SettingValue {
  /// This value, written and read again, as it is when it went through a file.
  func throughJSON() throws -> SettingValue {
    try SettingValue(json5: Array(json().utf8), source: "")
  }
}
