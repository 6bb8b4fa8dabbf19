/// Dates and times as ISO 8601 writes them.
enum Timestamp {
  /// Seconds since 1970, UTC unless the text says otherwise: `2024-05-01`, `2024-05-01T12:30`,
  /// `2024-05-01 12:30:15.5+02:00`. Nil for anything else.
  static func seconds(_ text: String) -> Double? {
    var rest = Substring(text).drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    guard let year = digits(&rest, 4), take(&rest, "-/"), let month = digits(&rest, 2),
      take(&rest, "-/"), let day = digits(&rest, 2), (1...12).contains(month),
      (1...31).contains(day)
    else { return nil }
    let date = Double(days(year, month, day)) * 86_400
    if rest.isEmpty { return date }
    guard take(&rest, "T "), let hour = digits(&rest, 2), take(&rest, ":"),
      let minute = digits(&rest, 2), hour < 25, minute < 60
    else { return nil }
    var seconds = date + Double(hour * 3600 + minute * 60)
    if take(&rest, ":") {
      let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      guard let value = Double(number), value < 61 else { return nil }
      seconds += value
      rest = rest.dropFirst(number.count)
    }
    if rest.isEmpty || rest == "Z" { return seconds }
    let isWest = rest.first == "-"
    guard take(&rest, "+-"), let hours = digits(&rest, 2) else { return nil }
    _ = take(&rest, ":")
    let minutes = rest.isEmpty ? 0 : digits(&rest, 2)
    guard let minutes, rest.isEmpty else { return nil }
    let offset = Double(hours * 3600 + minutes * 60)
    return isWest ? seconds + offset : seconds - offset
  }

  private static func digits(_ text: inout Substring, _ count: Int) -> Int? {
    let digits = text.prefix(count)
    guard digits.count == count, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    text = text.dropFirst(count)
    return Int(digits)
  }

  private static func take(_ text: inout Substring, _ characters: String) -> Bool {
    guard let first = text.first, characters.contains(first) else { return false }
    text = text.dropFirst()
    return true
  }

  /// Days since 1970-01-01 of the Gregorian calendar (Howard Hinnant, days_from_civil).
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
