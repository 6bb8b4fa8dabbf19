/// Rows of a source that are left out, by their places in it. Takes a bit of memory for each row of the
/// source up to the last one of them.
struct LeftOutRows {
  private(set) var count = 0
  private var words: [UInt64] = []

  mutating func insert(_ row: Int) {
    guard !contains(row) else { return }
    let (word, bit) = row.quotientAndRemainder(dividingBy: UInt64.bitWidth)
    if word >= words.count { words += Array(repeating: 0, count: word + 1 - words.count) }
    words[word] |= 1 << UInt64(bit)
    count += 1
  }

  func contains(_ row: Int) -> Bool {
    let (word, bit) = row.quotientAndRemainder(dividingBy: UInt64.bitWidth)
    return word < words.count && words[word] >> UInt64(bit) & 1 == 1
  }

  /// The first rows of a range that follow one another and are kept; empty where none is.
  func firstKept(in rows: Range<Int>) -> Range<Int> {
    let start = rows.first { !contains($0) } ?? rows.upperBound
    let end = (start..<rows.upperBound).first(where: contains) ?? rows.upperBound
    return start..<end
  }
}
