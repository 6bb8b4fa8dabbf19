import Datasets
import Settings

// How the things that commands talk about are written, for people and as JSON.

extension Normalization {
  /// "value / 255"
  var words: String {
    switch self {
    case .none: "taken as stored"
    case .uniform(let scale, let shift) where shift == 0:
      if scale < 1, let divisor = Int(exactly: (1 / scale).rounded()), Float(divisor) * scale == 1 {
        "divided by \(divisor) as they are read"
      } else {
        "times \(Numbers.significant(Double(scale), 6)) as they are read"
      }
    case .uniform(let scale, let shift):
      "times \(Numbers.significant(Double(scale), 6)) plus \(Numbers.significant(Double(shift), 6)) "
        + "as they are read"
    case .perFeature: "scaled and shifted each by its own as they are read"
    }
  }
}

extension [SplitName: Int] {
  /// Rows of each split: "train 60,000, test 10,000"
  var words: String {
    sorted { $0.key < $1.key }.map { "\($0.key) \(Numbers.count($0.value))" }
      .joined(separator: ", ")
  }
}

extension TargetSchema {
  /// "10 classes"
  var words: String {
    switch self {
    case .classes(let count): Numbers.count(count, "class", plural: "classes")
    case .values(0): "none"
    case .values(let count): "\(Numbers.count(count, "value")) a row"
    }
  }

  /// As members of a JSON object.
  func members(type: String? = nil, names: [String]?) -> [String: SettingValue] {
    var targets: [String: SettingValue] = [:]
    targets["type"] = type.map { .string($0) }
    switch self {
    case .classes(let count): targets["classes"] = .integer(count)
    case .values(let count): targets["values"] = .integer(count)
    }
    var members: [String: SettingValue] = ["targets": .object(targets)]
    members["classNames"] = names.map { .array($0.map { .string($0) }) }
    return members
  }
}

extension [String]? {
  /// A class's number, and its name if it has another.
  func name(_ label: Int) -> String {
    guard let self, self.indices.contains(label), self[label] != "\(label)" else {
      return "\(label)"
    }
    return "\(label) \(self[label])"
  }
}

/// A word as a shell takes it, for commands that are shown to be copied.
func shellQuoted(_ word: String) -> String {
  let plain = word.allSatisfy {
    ($0.isASCII && ($0.isLetter || $0.isNumber)) || "/._-+:,@%=".contains($0)
  }
  return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}

extension SettingValue {
  /// The members of an object; none of anything else.
  var members: [String: SettingValue] {
    if case .object(let members) = self { members } else { [:] }
  }

  /// The member that is reached by these keys.
  subscript(keys: [String]) -> SettingValue? {
    keys.reduce(self) { value, key in value?.members[key] }
  }
}
