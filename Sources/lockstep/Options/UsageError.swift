/// The command line or the run file is wrong: the program ends with status 2 and has started
/// nothing.
struct UsageError: Error, CustomStringConvertible {
  /// What is wrong, what was given and what is allowed.
  let description: String

  init(_ description: String) {
    self.description = description
  }

  /// An option or command that is not known.
  ///
  /// - Parameters:
  ///   - subject: what was given, as it was given: `--epoch`.
  ///   - place: to whom it is unknown: "to lockstep train".
  ///   - known: what could have been meant.
  ///   - otherwise: what is allowed, for when nothing that is known is near.
  static func unknown(
    _ subject: String, _ place: String, known: [String], otherwise: String
  ) -> UsageError {
    let hint = nearest(to: subject, among: known).map { "did you mean \($0)?" } ?? otherwise
    return UsageError("\(subject) is unknown \(place); \(hint)")
  }
}

/// The name that was probably meant: one that begins so, or that few slips turn into it.
private func nearest(to text: String, among names: [String]) -> String? {
  if let longer = names.first(where: { $0.hasPrefix(text) }), text.count > 2 { return longer }
  let near = names.map { (name: $0, slips: slips(from: text, to: $0)) }
    .min { $0.slips < $1.slips }
  guard let near, near.slips <= max(1, text.count / 3) else { return nil }
  return near.name
}

/// How many characters must be inserted, removed, changed or swapped with their neighbour (optimal
/// string alignment).
private func slips(from first: String, to second: String) -> Int {
  let (a, b) = (Array(first), Array(second))
  var before: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
      row.append(cost)
    }
    (before, last) = (last, row)
  }
  return last[b.count]
}
