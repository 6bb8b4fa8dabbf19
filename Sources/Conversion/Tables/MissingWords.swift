/// The words that stand for a missing value.
struct MissingWords: Sendable {
  /// What pandas takes for missing.
  static let common = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
  ]

  let words: [String]
  /// Whether a word starts with a byte.
  private let starts: [Bool]
  private let hasEmpty: Bool

  /// - Parameter more: words besides the common ones.
  init(_ more: [String]) {
    words = Self.common + more.filter { !Self.common.contains($0) }
    var starts = Array(repeating: false, count: 256)
    for word in words { if let first = word.utf8.first { starts[Int(first)] = true } }
    self.starts = starts
    hasEmpty = words.contains("")
  }

  func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first else { return hasEmpty }
    return starts[Int(first)] && words.contains { $0.utf8.elementsEqual(bytes) }
  }
}
