/// Tells from a path which split a dataset belongs to, as files name them: `/x_train` and
/// `/test/images` say it, `/images` does not.
enum SplitWords {
  /// The first of each is Lockstep's own.
  private static let words: [SplitName: [String]] = [
    .train: ["train", "training"], .validation: ["validation", "valid", "val", "dev"],
    .test: ["test", "testing"],
  ]

  /// The split that the last such word in `path` names.
  static func split(of path: String) -> SplitName? {
    parts(of: path).reversed().lazy.compactMap { name(of: String($0)) }.first
  }

  /// The paths that `path` would have for `split`: every word for a split replaced by one for this
  /// one, likeliest first.
  static func siblings(of path: String, for split: SplitName) -> [String] {
    let parts = parts(of: path)
    guard parts.contains(where: { name(of: String($0)) != nil }) else { return [] }
    return words[split]!.map { word in
      parts.map { part in
        name(of: String(part)) == nil ? String(part) : cased(word, like: part)
      }.joined()
    }
  }

  private static func name(of part: String) -> SplitName? {
    let lowercased = part.lowercased()
    return words.first { $0.value.contains(lowercased) }?.key
  }

  /// Runs of letters, and what is between them.
  private static func parts(of path: String) -> [Substring] {
    var parts: [Substring] = []
    var start = path.startIndex
    while start < path.endIndex {
      let isLetter = path[start].isLetter
      let end = path[start...].firstIndex { $0.isLetter != isLetter } ?? path.endIndex
      parts.append(path[start..<end])
      start = end
    }
    return parts
  }

  private static func cased(_ word: String, like model: Substring) -> String {
    if model.count > 1, model.allSatisfy(\.isUppercase) { return word.uppercased() }
    if model.first?.isUppercase == true { return word.prefix(1).uppercased() + word.dropFirst() }
    return word
  }
}
