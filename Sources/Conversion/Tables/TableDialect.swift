/// How fields and records of a text table are told apart.
struct TableDialect: Equatable, Sendable {
  var delimiter = UInt8(ascii: ",")
  var decimalPoint = UInt8(ascii: ".")
  /// Of JSON lines: the columns that the first one has. Nil for fields with delimiters.
  var json: JSONColumns?
  static let quote = UInt8(ascii: "\"")

  /// What may part fields, the likeliest first.
  static let delimiters = [",", "\t", ";", "|"].map { UInt8(ascii: $0) }

  /// Finds the delimiter from how a table starts: the one that parts its first lines into most
  /// fields, each into as many.
  static func delimiter(of start: [UInt8], decimalPoint: UInt8) -> UInt8 {
    var best = (delimiter: delimiters[0], fields: 1)
    for delimiter in delimiters where delimiter != decimalPoint {
      let counts = fieldCounts(start, delimiter)
      guard let first = counts.first, counts.allSatisfy({ $0 == first }), first > best.fields
      else { continue }
      best = (delimiter, first)
    }
    if best.fields > 1 { return best.delimiter }
    // A ragged table is told as one; the commonest mark in its first line parts it.
    return delimiters.filter { $0 != decimalPoint }.max {
      (fieldCounts(start, $0).first ?? 0) < (fieldCounts(start, $1).first ?? 0)
    } ?? best.delimiter
  }

  /// Fields of each of the first lines.
  private static func fieldCounts(_ start: [UInt8], _ delimiter: UInt8) -> [Int] {
    var counts: [Int] = []
    var (count, isQuoted, isBlank) = (1, false, true)
    for byte in start {
      switch byte {
      case quote: (isQuoted, isBlank) = (!isQuoted, false)
      case UInt8(ascii: "\n") where !isQuoted:
        if !isBlank { counts.append(count) }
        if counts.count == 20 { return counts }
        (count, isBlank) = (1, true)
      case delimiter where !isQuoted: (count, isBlank) = (count + 1, false)
      case UInt8(ascii: "\r"): break
      default: isBlank = false
      }
    }
    // The line that the piece of text ends in counts where there is no other.
    return counts.isEmpty && !isBlank ? [count] : counts
  }
}
